import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** What is inlined into every report.html: Chart.js, and the files of reports/page/, which the package ships as they are. */
export interface HtmlAssets {
  css: string;
  /** In the order in which they run. */
  scripts: string[];
}

const require = createRequire(import.meta.url);

/** Reads the assets, about 230 kB. The package's root and Chart.js are found by Node's own resolution: it works from the source and from dist/. */
export async function loadHtmlAssets(): Promise<HtmlAssets> {
  const page = join(dirname(require.resolve('loadkit/package.json')), 'reports', 'page');
  const chartJs = join(dirname(require.resolve('chart.js')), 'chart.umd.min.js');
  const [css = '', ...scripts] = await Promise.all(
    [join(page, 'report.css'), chartJs, join(page, 'charts.js'), join(page, 'sort.js')].map(read),
  );
  return { css, scripts };
}

/**
 * Line ends as the HTML parser makes them, for the policy's hash is taken of what the parser hands on (a checkout on Windows may have `\r\n`). The
 * reference to a source map goes: developer tools would fetch it.
 */
async function read(path: string): Promise<string> {
  const text = (await readFile(path, 'utf8')).replaceAll('\r\n', '\n').replace(/\n\/\/# sourceMappingURL=.*\s*$/, '\n');
  if (/<\/(script|style)|<!--/i.test(text)) throw new Error(`${path} cannot be inlined: it would end its own element`);
  return text;
}
