import * as path from 'node:path';
import { createInterface } from 'node:readline';
import { capture } from '../../capture.ts';
import { UserError } from '../../errors.ts';
import type { Host } from '../../host.ts';
import { packageRoot } from '../../package.ts';
import { which } from '../../which.ts';
import { type OnProgress, OWN_K6_HINT } from './k6.ts';

/** From 1.21 on, Go fetches the newer version that a go.mod asks for by itself: https://go.dev/doc/toolchain */
export const GO_MIN = '1.21';

/** Two and a half minutes on two cores with nothing cached; a small CI machine behind a slow proxy takes longer. Guess: tune. */
const BUILD_MS_MAX = 30 * 60_000;

const VERSION_MS_MAX = 10_000;

/** How much of what Go says is kept for an error message. */
const LAST_LINES = 6;

const GO_PLATFORM: Readonly<Record<string, string>> = { linux: 'linux', darwin: 'darwin', win32: 'windows' };
const GO_ARCH: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' };

/** A Go to build with. */
export interface Go {
  path: string;
  /** As in `go1.26.8`, without `go`. */
  version: string;
}

/** The first Go on PATH that is new enough, or why there is none, as a clause. */
export async function findGo(host: Host): Promise<Go | { missing: string }> {
  let missing = 'there is no Go on PATH';
  for (const file of await which(host, 'go')) {
    const { stdout, problem } = await capture(host, file, ['version'], { timeoutMs: VERSION_MS_MAX });
    const [, version, major, minor] = /^go version go((\d+)\.(\d+)\S*)/.exec(stdout) ?? [];
    if (problem === null && version !== undefined && (Number(major) > 1 || Number(minor) >= 21)) return { path: file, version };
    missing = `${file} ${problem ?? (version === undefined ? "doesn't answer as Go does" : `is Go ${version}, and ${GO_MIN} or newer is needed`)}`;
  }
  return { missing };
}

/**
 * Builds k6 from the go.mod and go.sum that lie in `build/`: Go refuses any source whose hash is not in that go.sum, so where the
 * modules come from (GOPROXY) needs no trust. Flags are those of k6's own build-release.sh.
 * @param folder an empty directory of our own; the binary is made in it
 * @returns path of the binary
 * @throws UserError when Go fails or takes longer than 30 minutes; the signal's reason when aborted
 */
export async function buildWithGo(
  host: Host,
  go: Go,
  folder: string,
  options: { onProgress: OnProgress; signal: AbortSignal },
): Promise<string> {
  const sources = path.join(folder, 'build');
  const binary = path.join(folder, host.platform === 'win32' ? 'k6.exe' : 'k6');
  await host.fs.mkdir(sources);
  for (const name of ['go.mod', 'go.sum']) await host.fs.copyFile(path.join(pinnedFolder(), name), path.join(sources, name));
  const args = ['build', '-v', '-trimpath', '-mod=readonly', '-o', binary, 'go.k6.io/k6/v2'];
  const { problem, lastLines } = await runGo(host, go, args, sources, options);
  if (problem !== null) {
    throw new UserError(
      `building k6 with Go ${go.version} failed: go build ${problem}${lastLines.length > 0 ? `\n  ${lastLines.join('\n  ')}` : ''}`,
      `see that Go reaches its module proxy (GOPROXY, GOFLAGS), or ${OWN_K6_HINT}`,
    );
  }
  return binary;
}

/** Where go.mod and go.sum lie, in the checkout as in the published package: they are no code, so the compiler leaves them where they are. */
const pinnedFolder = (): string => path.join(packageRoot(), 'cli/engines/k6/build');

/** The user's own environment (GOPROXY, GOFLAGS, GOCACHE…), less what would build something else or somewhere else. */
const goEnv = (host: Host): Record<string, string | undefined> => ({
  ...host.env,
  GO111MODULE: 'on',
  GOWORK: 'off',
  CGO_ENABLED: '0',
  GOOS: GO_PLATFORM[host.platform],
  GOARCH: GO_ARCH[host.arch],
});

function runGo(
  host: Host,
  go: Go,
  args: readonly string[],
  cwd: string,
  { onProgress, signal }: { onProgress: OnProgress; signal: AbortSignal },
): Promise<{ problem: string | null; lastLines: string[] }> {
  return new Promise((resolve, reject) => {
    const startedMs = host.now();
    const child = host.spawn(go.path, args, { cwd, env: goEnv(host), stdio: ['ignore', 'ignore', 'pipe'] });
    let packages = 0;
    const lastLines: string[] = [];
    const tell = () => onProgress(`building k6: ${packages} packages compiled, ${Math.round((host.now() - startedMs) / 1000)} s`, 'state');
    const ticker = setInterval(tell, 1000);
    let timedOut = false;
    // SIGINT and not SIGKILL: Go takes its compilers and its temporary files with it.
    const stop = () => void child.kill('SIGINT');
    const timer = setTimeout(() => {
      timedOut = true;
      stop();
    }, BUILD_MS_MAX);
    const settle = (problem: string | null) => {
      clearInterval(ticker);
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
      if (signal.aborted) reject(signal.reason);
      else resolve({ problem: timedOut ? `took longer than ${BUILD_MS_MAX / 60_000} min` : problem, lastLines });
    };
    signal.addEventListener('abort', stop);
    if (signal.aborted) stop();
    tell();
    createInterface({ input: child.stderr as NodeJS.ReadableStream }).on('line', (line) => {
      // `-v` names each package as it is compiled, on a line of its own without a space.
      if (/^[\w.~-]+(?:\/[\w.~+-]+)*$/.test(line)) packages += 1;
      else lastLines.splice(0, lastLines.length - LAST_LINES + 1, line.slice(0, 300));
    });
    child.on('error', (error) => settle(`can't be started (${(error as NodeJS.ErrnoException).code ?? error.message})`));
    child.on('close', (code, by) => settle(code === 0 ? null : by ? `was ended by ${by}` : `exited with ${code}`));
  });
}
