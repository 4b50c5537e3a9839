import { existsSync } from 'node:fs';
import { appendFile, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createJournal, type JournalRecord, readJournal } from './journal.ts';

const header: JournalRecord = { kind: 'journal', version: 1, startedS: 1000 };
const sample: JournalRecord = {
  kind: 'generator',
  timeS: 1001,
  engineCpuCores: 0.5,
  engineMemoryBytes: 1e8,
  machineCpu: 0.3,
  eventLoopLagMsP99: 1,
  ownMemoryBytes: 5e7,
};

let directory: string;
let path: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'loadkit-journal-'));
  path = join(directory, 'journal.ndjson');
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const read = async () => {
  const records: JournalRecord[] = [];
  for await (const record of readJournal(path)) records.push(record);
  return records;
};
const noTrouble = (trouble: string) => expect.unreachable(trouble);

describe('the journal', () => {
  it('has a record on disk when append resolves, before it is closed, in order', async () => {
    const journal = await createJournal(path, { open }, noTrouble);
    await Promise.all([journal.append(header), journal.append(sample)]);
    expect((await readFile(path, 'utf8')).split('\n')).toEqual([JSON.stringify(header), JSON.stringify(sample), '']);
    await journal.close();
    expect(await read()).toEqual([header, sample]);
  });

  it('keeps a name with any character in one line', async () => {
    const endpoints = ['\u2028', 'a\u2029b', '\u0085', '\r\n', '\u0000', '\ud800', '</script>', '__proto__'];
    const exact = { latencyMs: null, requests: null, failedRate: null, thresholds: [], checks: [] };
    const checks = endpoints.map((name) => ({ name, passes: 1, fails: 0 }));
    const end: JournalRecord = { kind: 'end', exact: { ...exact, checks }, scriptErrors: { count: 0, messages: [] } };
    const journal = await createJournal(path, { open }, noTrouble);
    await journal.append(header);
    await journal.append(end);
    await journal.append(sample);
    await journal.close();
    expect(await read()).toEqual([header, end, sample]);
  });

  it('does not write over another run’s', async () => {
    await writeFile(path, '');
    await expect(createJournal(path, { open }, noTrouble)).rejects.toMatchObject({ code: 'EEXIST' });
  });

  it('reads up to a last line that was torn', async () => {
    await writeFile(path, `${JSON.stringify(header)}\n${JSON.stringify(sample)}\n`);
    for (const torn of ['{"kind":"push","fromS":10', 'null', '{}']) {
      await appendFile(path, torn);
      expect(await read()).toEqual([header, sample]);
      await writeFile(path, `${JSON.stringify(header)}\n${JSON.stringify(sample)}\n`);
    }
  });

  it('says when the file is not there', async () => {
    await expect(read()).rejects.toMatchObject({ name: 'UserError', exitCode: 104, message: `cannot read ${path}: ENOENT` });
  });

  it.each([
    ['an empty file', ''],
    ['another kind of file', 'PK\u0003\u0004'],
    ['other JSON', '{"a":1}\n{"b":2}\n'],
    ['a journal without its beginning', `${JSON.stringify(sample)}\n`],
    ['a journal that is broken in the middle', `${JSON.stringify(header)}\n{"kind":\n${JSON.stringify(sample)}\n`],
    ['another version', '{"kind":"journal","version":2,"startedS":1}\n'],
  ])('refuses %s', async (_, content) => {
    await writeFile(path, content);
    await expect(read()).rejects.toMatchObject({ name: 'UserError', exitCode: 104 });
  });

  // /dev/full answers every write with ENOSPC: https://man7.org/linux/man-pages/man4/full.4.html
  it.skipIf(!existsSync('/dev/full'))('reports a full disk once, in words, and writes nothing more', async () => {
    const onTrouble = vi.fn();
    const journal = await createJournal(path, { open: () => open('/dev/full', 'w') }, onTrouble);
    await expect(journal.append(header)).rejects.toMatchObject({ code: 'ENOSPC' });
    await expect(journal.append(sample)).rejects.toMatchObject({ code: 'ENOSPC' });
    await journal.close();
    expect(onTrouble.mock.calls).toEqual([["cannot write the run's data: the disk is full"]]);
  });
});
