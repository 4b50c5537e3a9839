/** The telemetry endpoint in a process of its own whose clock its parent moves: `{ nowMs }` is answered when it has been, `{ end: true }` with what memory it came to. */
import { startTelemetry } from '../dist/infra-fixtures/local/telemetry/telemetry.js';

let nowMs = Number(process.argv[2]);
let peakBytes = 0;
const telemetry = await startTelemetry({ periodS: 60, delayS: 60, clock: () => nowMs });
process.on('message', async (message) => {
  if (message.end) {
    await telemetry.stop();
    process.send({ peakBytes: process.resourceUsage().maxRSS * 1024 });
    process.disconnect();
    return;
  }
  nowMs = message.nowMs;
  peakBytes = Math.max(peakBytes, process.memoryUsage.rss());
  process.send({ nowMs, rssBytes: process.memoryUsage.rss(), peakBytes });
});
process.send({ endpoint: telemetry.endpoint });
