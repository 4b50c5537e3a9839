import type { Check } from './check.ts';

/** As `engines` in package.json says: commander 15 needs it. A test holds the two together. */
export const NODE_MIN = '22.18';

export const node: Check = {
  id: 'node',
  question: 'Is Node new enough?',
  async check({ nodeVersion }) {
    const details = { version: nodeVersion, needed: NODE_MIN };
    if (isAtLeast(nodeVersion, NODE_MIN)) return { status: 'ok', found: `Node ${nodeVersion}`, details };
    return {
      status: 'missing',
      found: `Node ${nodeVersion}, and ${NODE_MIN} or newer is needed`,
      fix: 'install Node 24 from https://nodejs.org/ or with your version manager',
      details,
    };
  },
};

function isAtLeast(version: string, minimum: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [majorMin = 0, minorMin = 0] = minimum.split('.').map(Number);
  return major > majorMin || (major === majorMin && minor >= minorMin);
}
