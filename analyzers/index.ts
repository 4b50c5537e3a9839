/** The package's main entry: what a run left on disk goes in, a report comes out. */
export * from './contract.ts';
export { EXIT, type ExitCode } from './exit-code.ts';
export { judge } from './judge.ts';
export { type Bad, isBad } from './malformed.ts';
export * from './telemetry-file.ts';
