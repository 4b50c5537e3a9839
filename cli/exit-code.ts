/** The exit codes stand with the function that chooses among them, where analyzers may see them. */
export { EXIT, type ExitCode } from '../analyzers/exit-code.ts';
