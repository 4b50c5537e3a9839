import { describe, expect, it } from 'vitest';
import { eachPage, everyPage, shortage } from './pages.ts';
import { type Trouble, troubleOf } from './trouble.ts';

/** Gives the tokens one after the other, then none. */
const giving = (...tokens: string[]) => {
  const asked: (string | undefined)[] = [];
  const read = async (token: string | undefined): Promise<string | undefined> => {
    asked.push(token);
    return tokens[asked.length - 1];
  };
  return { asked, read };
};

describe('eachPage', () => {
  it('hands each token on until there is none', async () => {
    const { asked, read } = giving('a', 'b');
    expect(await eachPage(read)).toEqual({ pages: 3, end: 'last' });
    expect(asked).toEqual([undefined, 'a', 'b']);
    expect(await eachPage(giving('').read)).toEqual({ pages: 1, end: 'last' });
  });

  it.each([[['a', 'a']], [['a', 'b', 'a']], [['a', 'b', 'c', 'b']]])('ends where %j leads in a circle', async (tokens) => {
    expect(await eachPage(giving(...tokens).read)).toEqual({ pages: tokens.length, end: 'circle' });
  });

  it('reads no more than its bound', async () => {
    let pages = 0;
    expect(await eachPage(async () => String(++pages), 7)).toEqual({ pages: 7, end: 'bound' });
  });

  it('hands back what ended it', async () => {
    const trouble = troubleOf('boom', 'logs:StartQuery');
    expect(await eachPage<Trouble>(async (token) => (token === undefined ? 'a' : trouble))).toBe(trouble);
  });
});

it('says of what is short why, and nothing of what is whole', async () => {
  expect(shortage('xray:BatchGetTraces', { pages: 3, end: 'last' })).toBeNull();
  expect(shortage('xray:BatchGetTraces', { pages: 3, end: 'circle' })).toMatchObject({
    kind: 'incomplete',
    reason: expect.stringMatching(/^xray:BatchGetTraces: .* circle/),
  });
  expect(shortage('xray:BatchGetTraces', { pages: 7, end: 'bound' })?.reason).toContain('more than the 7 pages');
  const listing = await everyPage('tag:GetResources', async (token) => ({ items: [token ?? 'first'], next: 'again' }));
  expect(listing).toEqual({ items: ['first', 'again'], short: expect.objectContaining({ kind: 'incomplete' }) });
});
