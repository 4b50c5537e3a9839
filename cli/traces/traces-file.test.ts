import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../tests/loadkit.ts';
import { call, made, madeTrace, many, tracesWith } from '../../tests/made-trace.ts';
import { UserError } from '../errors.ts';
import { readTracesFile, writeTraces } from './traces-file.ts';

let file: string;
beforeEach(() => {
  file = path.join(temporaryFolder(), 'traces.json.gz');
});

const traces = tracesWith(
  many(30, (k) =>
    madeTrace(k, made('apigateway:api GET /items', 0, 100, [call('dynamodb:items Query', 1, k, { outcome: 'throttle', retries: 1 })])),
  ),
  { gaps: [{ source: 'xray', reason: 'xray:BatchGetTraces left 2 traces unprocessed', next: 'Again.' }] },
);
const refusal = async (): Promise<UserError> => {
  const error = await readTracesFile(file).catch((thrown: unknown) => thrown);
  if (!(error instanceof UserError)) throw new Error(`no UserError: ${String(error)}`);
  return error;
};

const OTLP = {
  resourceSpans: [
    {
      resource: { attributes: [{ key: 'service.name', value: { stringValue: 'auth' } }] },
      scopeSpans: [
        {
          spans: [
            {
              traceId: '6b0000000badcafe0000000000000001',
              spanId: '0000000000000001',
              name: 'serve',
              kind: 2,
              startTimeUnixNano: '1000000000000',
              endTimeUnixNano: '1001000000000',
            },
          ],
        },
      ],
    },
  ],
};

describe('traces.json.gz', () => {
  it('is read as it was written, and leaves nothing else behind', async () => {
    await writeTraces(file, traces);
    expect(await readTracesFile(file)).toEqual(traces);
    expect(readdirSync(path.dirname(file))).toEqual(['traces.json.gz']);
    // One document for whoever reads it with something else.
    expect(JSON.parse(gunzipSync(readFileSync(file)).toString())).toEqual(traces);
  });

  it('is read without traces, unpacked, or laid out in another way', async () => {
    await writeTraces(file, tracesWith([]));
    expect(await readTracesFile(file)).toEqual(tracesWith([]));
    writeFileSync(file, JSON.stringify(traces));
    expect(await readTracesFile(file)).toEqual(traces);
    writeFileSync(file, gzipSync(JSON.stringify(traces, null, 2)));
    expect(await readTracesFile(file)).toEqual(traces);
  });

  it('may be OTLP, a document or one a line, by the names of the inventory', async () => {
    writeFileSync(file, JSON.stringify(OTLP, null, 2));
    expect(await readTracesFile(file)).toMatchObject({ source: 'otlp', traces: [{ spans: [{ node: 'auth', operation: 'serve' }] }] });
    const other = JSON.stringify(OTLP).replace('"0000000000000001"', '"0000000000000002"');
    writeFileSync(file, gzipSync(`${JSON.stringify(OTLP)}\n${other}\n`));
    const resource = { node: 'lambda:auth', kind: 'lambda', dimensions: { FunctionName: 'auth' }, limits: {} } as const;
    expect((await readTracesFile(file, [resource])).traces[0]?.spans.map(({ node }) => node)).toEqual(['lambda:auth', 'lambda:auth']);
  });

  it('leaves the old file where the new one can’t be written', async () => {
    await writeTraces(file, traces);
    const cyclic = { ...traces } as Record<string, unknown>;
    cyclic['gaps'] = cyclic;
    await expect(writeTraces(file, cyclic as never)).rejects.toThrow();
    expect(await readTracesFile(file)).toEqual(traces);
    expect(readdirSync(path.dirname(file))).toEqual(['traces.json.gz']);
  });

  it('is refused with one error and a hint where it is not there, breaks off, is damaged, or none of these', async () => {
    expect(await refusal()).toMatchObject({
      message: expect.stringContaining('ENOENT'),
      exitCode: 104,
      hint: expect.stringContaining('OTLP'),
    });

    await writeTraces(file, traces);
    const whole = readFileSync(file);
    writeFileSync(file, whole.subarray(0, whole.length - 30));
    expect((await refusal()).hint).toMatch(/damaged|again/);

    const text = gunzipSync(whole).toString();
    for (const [spoilt, message] of [
      [text.slice(0, text.indexOf('\n]}')), /it breaks off/],
      [text.replace('"weight":1', '"weight":"x"'), /traces\[0\]\.weight is "x"/],
      [text.replace('"partial":false', '"partial":false]'), /no JSON/],
      ['{"a": 1}', /none of the kinds/],
      ['hello\n', /not a JSON object/],
      ['', /nothing in it/],
    ] as const) {
      writeFileSync(file, spoilt);
      expect((await refusal()).message).toMatch(message);
    }
    file = path.dirname(file);
    expect((await refusal()).message).toContain('EISDIR');
  });
});
