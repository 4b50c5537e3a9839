import { createSocket } from 'node:dgram';
import { decodeSpans } from './otlp.ts';
import { toSegment } from './span-segment.ts';

/** Many spans may come at once while this process is busy; the system may grant less. Guess: tune. */
const RECEIVE_BUFFER_BYTES = 1024 * 1024;

/**
 * The X-Ray daemon's UDP port, on a free port of 127.0.0.1: a header line, then a segment document, or spans of OpenTelemetry as AWS's exporter sends
 * them. What can't be read is dropped, as the daemon does.
 * https://docs.aws.amazon.com/xray/latest/devguide/xray-api-sendingdata.html#xray-api-daemon
 *
 * @returns `address` as AWS_XRAY_DAEMON_ADDRESS has it
 */
export const startDaemon = async (ingest: (documents: readonly object[]) => void): Promise<{ address: string; stop(): Promise<void> }> => {
  const socket = createSocket({ type: 'udp4', recvBufferSize: RECEIVE_BUFFER_BYTES });
  socket.on('message', (datagram) => {
    const documents = readDatagram(datagram);
    if (documents.length > 0) ingest(documents);
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(0, '127.0.0.1', resolve);
  });
  // One packet's trouble is not the port's.
  socket.removeAllListeners('error').on('error', () => undefined);
  return {
    address: `127.0.0.1:${socket.address().port}`,
    stop: () => new Promise((resolve) => socket.close(() => resolve())),
  };
};

/** Spans of a trace that is sampled, and of one that isn't: prefixes of AWS's OpenTelemetry distributions. The latter are not kept. */
const SAMPLED_SPANS = 'T1S';
const UNSAMPLED_SPANS = 'T1U';

/** The documents of a datagram, none when it can't be read. */
export const readDatagram = (datagram: Buffer): object[] => {
  const headerEnd = datagram.indexOf('\n');
  if (headerEnd === -1) return [];
  const body = datagram.subarray(headerEnd + 1).toString();
  if (body.startsWith(UNSAMPLED_SPANS)) return [];
  try {
    const { format, version } = JSON.parse(datagram.subarray(0, headerEnd).toString()) as { format?: unknown; version?: unknown };
    if (format !== 'json' || version !== 1) return [];
    if (body.startsWith(SAMPLED_SPANS)) return decodeSpans(Buffer.from(body.slice(SAMPLED_SPANS.length), 'base64')).map(toSegment);
    const document: unknown = JSON.parse(body);
    return typeof document === 'object' && document !== null ? [document] : [];
  } catch {
    return [];
  }
};
