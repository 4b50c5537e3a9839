/**
 * Exit codes, a contract. 97 to 110 are k6's own and pass through:
 * https://github.com/grafana/k6/blob/master/errext/exitcodes/codes.go
 */
export const EXIT = {
  pass: 0,
  defect: 1,
  inconclusive: 80,
  slowerThanBaseline: 81,
  targetMissed: 99,
  badInput: 104,
  interrupted: 105,
  scriptThrew: 107,
} as const;

export type ExitCode = number;
