import { Command, Option } from 'commander';
import { STRATEGIES } from '../../analyzers/right-sizing/strategies.ts';
import type { CostOptions } from '../cost/run.ts';
import type { Host } from '../host.ts';
import { collect } from './stack.ts';

export function costCommand(host: Host): Command {
  return new Command('cost')
    .description('say what a run used of AWS, what a month at its load would use, by list prices, and what to make larger or smaller')
    .argument('[run]', 'a run directory, or the id of a run (default: the latest)')
    .option(
      '--with <run>',
      'another run of the same load with other sizes of Lambda memory, to compare them (may be repeated)',
      collect,
      [],
    )
    .addOption(
      new Option('--strategy <strategy>', 'which of the measured sizes of Lambda memory to take').choices(STRATEGIES).default('cost'),
    )
    .option('--json', 'print one JSON document on stdout')
    .action(async (run: string | undefined, options: CostOptions & { json?: boolean }) => {
      const { costOfRun, renderRunCost, exitCodeOf } = await import('../cost/run.ts');
      const cost = await costOfRun(host, run, options);
      host.stdout.write(options.json ? `${JSON.stringify({ schemaVersion: 1, ...cost }, null, 2)}\n` : renderRunCost(cost));
      host.setExitCode(exitCodeOf(cost));
    })
    .addCommand(estimateCommand(host))
    .addCommand(pricesCommand(host))
    .enablePositionalOptions();
}

function estimateCommand(host: Host): Command {
  return new Command('estimate')
    .description('price a usage document: a month of Lambda, DynamoDB, Fargate, API Gateway, ElastiCache and load balancers')
    .argument('<usage.json>', 'what is used, as docs/cost.md describes it')
    .option('--json', 'print one JSON document on stdout')
    .action(async (file: string, options: { json?: boolean }) => {
      const { estimateFile, renderEstimate, exitCodeOf } = await import('../cost/estimate.ts');
      const estimate = await estimateFile(host, file);
      host.stdout.write(options.json ? `${JSON.stringify({ schemaVersion: 1, ...estimate }, null, 2)}\n` : renderEstimate(estimate));
      host.setExitCode(exitCodeOf(estimate));
    });
}

interface PricesFlags {
  refresh?: boolean;
  region?: string;
  json?: boolean;
}

function pricesCommand(host: Host): Command {
  return new Command('prices')
    .description("show the price lists that there are, or read a region's anew from AWS")
    .option('--refresh', 'ask the AWS Price List, and keep what it says for `cost` and `cost estimate`')
    .option('--region <region>', 'whose prices (with --refresh default: that of k6.config.json, else of the AWS configuration)')
    .option('--json', 'print one JSON document on stdout')
    .action((flags: PricesFlags) => (flags.refresh ? refresh(host, flags) : show(host, flags)));
}

async function show(host: Host, { region, json }: PricesFlags): Promise<void> {
  const [{ listPrices, renderLists, documentOf }, { noPrices }] = await Promise.all([
    import('../cost/prices.ts'),
    import('../cost/price-lists.ts'),
  ]);
  const lists = await listPrices(host, region);
  if (region !== undefined && lists.length === 0) host.stderr.write(`${noPrices(region)}\n`);
  host.stdout.write(json ? `${JSON.stringify({ schemaVersion: 1, lists: lists.map(documentOf) }, null, 2)}\n` : renderLists(lists));
}

async function refresh(host: Host, { region, json }: PricesFlags): Promise<void> {
  const [{ renderLists, documentOf }, { refreshPrices, renderLeftOut, exitCodeOf }] = await Promise.all([
    import('../cost/prices.ts'),
    import('../cost/refresh-prices.ts'),
  ]);
  const refreshed = await refreshPrices(host, region);
  const { leftOut } = refreshed;
  host.stderr.write(renderLeftOut(leftOut));
  const document = { schemaVersion: 1, list: documentOf(refreshed), leftOut };
  host.stdout.write(json ? `${JSON.stringify(document, null, 2)}\n` : renderLists([refreshed]));
  host.setExitCode(exitCodeOf(refreshed));
}
