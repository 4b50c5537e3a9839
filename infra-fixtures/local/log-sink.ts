/** What the processes of the stack print, on this process's own output and bounded: a function that fails in a loop must not fill the disk. */
export interface LogSink {
  write(line: string): void;
  /** The last line that came, for the reason of a failure. */
  last(): string | null;
}

/** Guess: at some 300 bytes a line, more than anybody reads. */
const BYTES_MAX = 5 * 1024 * 1024;

/** Metrics that travel as lines of the log (EMF) are for CloudWatch, not for a reader. */
const EMBEDDED_METRICS = '{"_aws":';

export const logSink = (output: (text: string) => void, bytesMax = BYTES_MAX): LogSink => {
  let bytes = 0;
  let last: string | null = null;
  return {
    write: (line) => {
      if (line.startsWith(EMBEDDED_METRICS)) return;
      last = line;
      if (bytes >= bytesMax) return;
      bytes += Buffer.byteLength(line) + 1;
      output(bytes < bytesMax ? `${line}\n` : `${line}\nthe log is full at ${bytesMax} bytes: what follows is left out\n`);
    },
    last: () => last,
  };
};

/** Whether somebody who looks after the stack has to see this line too: warnings and errors, structured or as Lambda's runtime writes them. */
export const isAlarming = (line: string): boolean => /"level":\s*"(warn|error|critical)"|\t(WARN|ERROR|FATAL)\t/i.test(line);
