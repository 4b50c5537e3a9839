import type { Resource } from '../contract.ts';
import { type NodeNames, nodeNames } from './node-names.ts';
import { type NameOfRequest, requestNames } from './operation-names.ts';

/** How the parts of a trace are named: one for all traces of a run, so that names can be compared, and each is kept in memory once. */
export interface Naming {
  nodes: NodeNames;
  request: NameOfRequest;
  /** The same text, the same string. */
  word(text: string): string;
}

/** Beyond these, texts are no words but have ids in them. Guess: tune. */
const WORDS_MAX = 10_000;

/**
 * @param resources of the inventory: what a trace calls by one of their names goes by their node
 * @param routes what the client calls its requests, `GET /characters/:id`
 */
export function createNaming(resources: readonly Resource[] = [], routes: readonly string[] = []): Naming {
  const words = new Map<string, string>();
  return {
    nodes: nodeNames(resources),
    request: requestNames(routes),
    word: (text) => {
      const known = words.get(text);
      if (known !== undefined) return known;
      if (words.size < WORDS_MAX) words.set(text, text);
      return text;
    },
  };
}
