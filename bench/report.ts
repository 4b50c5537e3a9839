import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { promisify } from 'node:util';
import { chromium } from 'playwright-core';
import { judge } from '../analyzers/judge.ts';
import { loadHtmlAssets, renderHtml } from '../reports/index.ts';
import { syntheticRun } from '../tests/artifacts.ts';
import { median, spread, temporaryFolder } from './measure.ts';

const ROUNDS = 5;
const FLAGS =
  '--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync'.split(
    ' ',
  );

/** 30 minutes, 1,000 users, 40 endpoints: made in under 2 s, at most 600 KB, drawn in Chromium in under 1 s. */
export async function bench(): Promise<string> {
  const run = syntheticRun({ users: 1000, durationS: 1800, endpoints: 40, errorRate: 0.002 });
  const made: number[] = [];
  let page = '';
  for (let round = 0; round <= ROUNDS; round += 1) {
    const began = performance.now();
    page = renderHtml(judge(run), await loadHtmlAssets());
    if (round > 0) made.push(performance.now() - began);
  }
  const lines = [
    `made in ${spread(made, 0)} ms (target: under 2,000), ${(Buffer.byteLength(page) / 1024).toFixed(0)} KB (target: at most 600)`,
  ];
  const executablePath = process.env['LOADKIT_CHROMIUM'] ?? (await which('chromium'));
  if (executablePath === null) return [...lines, 'no Chromium here: drawing was not measured'].join('\n');
  return [...lines, await drawn(page, executablePath)].join('\n');
}

async function drawn(page: string, executablePath: string): Promise<string> {
  const { folder, remove } = temporaryFolder();
  const file = path.join(folder, 'report.html');
  writeFileSync(file, page);
  const browser = await chromium.launch({ executablePath, args: FLAGS });
  try {
    const times: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const tab = await browser.newPage();
      await tab.goto(`file://${file}`);
      await tab.waitForFunction(() => performance.getEntriesByName('loadkit:drawn').length > 0);
      // From the start of the navigation, as a person waits for it.
      times.push(await tab.evaluate(() => performance.getEntriesByName('loadkit:drawn')[0]?.startTime ?? Number.NaN));
      await tab.close();
    }
    return `drawn in Chromium ${spread(times, 0)} ms after navigation began (target: under 1,000, median ${median(times).toFixed(0)}), ${ROUNDS} rounds`;
  } finally {
    await browser.close();
    remove();
  }
}

const which = (name: string): Promise<string | null> =>
  promisify(execFile)('sh', ['-c', `command -v ${name}`]).then(
    ({ stdout }) => stdout.trim(),
    () => null,
  );
