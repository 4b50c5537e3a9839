import { findGo, GO_MIN } from '../engines/k6/go-build.ts';
import type { Check } from './check.ts';

export const go: Check = {
  id: 'go',
  question: 'Is there a Go to build k6 with, should its release be out of reach?',
  async check(host) {
    const found = await findGo(host);
    if ('missing' in found) {
      return {
        status: 'warn',
        found: found.missing,
        fix: `only needed where k6 has to be built: install Go ${GO_MIN} or newer from https://go.dev/dl/`,
      };
    }
    return { status: 'ok', found: `Go ${found.version} at ${found.path}`, details: { ...found } };
  },
};
