import type { Effect } from '../../analyzers/right-sizing/effects.ts';
import type { Recommendation, Withheld } from '../../analyzers/right-sizing/guard.ts';
import type { RightSizing } from '../../analyzers/right-sizing/index.ts';
import { figure } from '../../analyzers/words.ts';

export function renderRightSizing({ recommendations, withheld, memorySizes, strategy }: RightSizing): string {
  const changes = recommendations.length === 0 ? ['  nothing'] : recommendations.flatMap(renderChange);
  const sizes = memorySizes.flatMap(({ node, sizes: measured, chosen }) => [
    `  memory of ${node}: ${measured.map(({ memoryMb, durationMs }) => `${memoryMb} MB takes ${figure(durationMs)} ms`).join(', ')}; ${Object.entries(
      chosen,
    )
      .map(([name, memoryMb]) => `${name} ${memoryMb} MB`)
      .join(', ')}`,
  ]);
  const open = withheld.length === 0 ? [] : ['not recommended, or not known', ...renderWithheld(withheld)];
  return [`right-sizing (Lambda by ${strategy}): make these changes in this order`, ...changes, ...sizes, ...open, ''].join('\n');
}

function renderChange({ node, setting, from, to, savingPerMonth, unpriced, risk, why, effects }: Recommendation): string[] {
  return [
    `  ${node}, ${setting}: ${from === null ? '' : `${from} → `}${to}`,
    `    ${savingPerMonth === null ? `saving unknown: ${unpriced}` : money(savingPerMonth)}; risk ${risk.level}: ${risk.why}`,
    `    ${why}`,
    `    targets: ${effects.map(renderEffect).join(', ') || 'none'}`,
  ];
}

function money({ amount, currency }: { amount: number; currency: string }): string {
  if (amount === 0) return 'costs the same';
  const text = `${Math.abs(amount).toLocaleString('en', { minimumFractionDigits: 2, maximumFractionDigits: 2 })} ${currency} a month`;
  return `${amount > 0 ? 'saves' : 'costs'} ${text}${amount > 0 ? '' : ' more'}`;
}

function renderEffect({ target, effect, estimate, limit }: Effect): string {
  if (estimate === null) return `${target} ${effect === 'none' ? 'the same' : effect}`;
  return `${target} ${effect}, at worst ${figure(estimate)}${limit === null ? '' : ` of ${figure(limit)}`}`;
}

/** What has the same reason is said once, and so is what would settle several. */
function renderWithheld(withheld: readonly Withheld[]): string[] {
  return [...Map.groupBy(withheld, ({ setting, settledBy }) => `${setting}\n${settledBy}`).values()].flatMap((group) => [
    ...[...Map.groupBy(group, ({ reason }) => reason)].map(
      ([reason, alike]) => `  ${alike[0]?.setting} of ${alike.map(nameOf).join(', ')}: ${reason}`,
    ),
    `    what would settle it: ${group[0]?.settledBy}`,
  ]);
}

const nameOf = ({ node, to }: Withheld): string => (to === null ? node : `${node} (${to})`);
