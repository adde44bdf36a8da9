import { Command, CommanderError, Option } from 'commander';
import { buildVersion } from '../version.ts';
import { EXIT, exitCodeOf, report } from './exit.ts';
import type { CheckOptions } from './check.ts';
import type { RunDeskOptions } from './run.ts';

const collect = (value: string, list: string[]): string[] => [...list, value];

const bars = () =>
  new Option('--bars <SYMBOL=FILE>', "bars in the place of the desk's data")
    .argParser(collect)
    .default([]);
const sets = () =>
  new Option('--set <PATH=VALUE>', 'override a value of the desk file')
    .argParser(collect)
    .default([]);
const json = () => new Option('--json', 'print one JSON object');

/** Runs one command line and returns its exit code; errors are printed, one message each. */
export async function runCli(argv: readonly string[]): Promise<number> {
  const outcome = { code: EXIT.ok as number };
  const run =
    (action: (...args: never[]) => Promise<number | undefined>) =>
    async (...args: unknown[]) => {
      outcome.code = (await action(...(args as never[]))) ?? EXIT.ok;
    };
  const program = build(run);
  try {
    await program.parseAsync([...argv]);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    report(error);
    return exitCodeOf(error);
  }
  return outcome.code;
}

type Run = (
  action: (...args: never[]) => Promise<number | undefined>,
) => (...args: unknown[]) => Promise<void>;

function build(run: Run): Command {
  const program = new Command('plimsoll')
    .description('A strategy is trusted with exactly as much as it has proved.')
    .version(buildVersion(), '-V, --version')
    .exitOverride()
    .showSuggestionAfterError()
    .configureHelp({ showGlobalOptions: false });
  deskCommands(program, run);
  runCommands(program, run);
  stateCommands(program, run);
  answerCommands(program, run);
  readCommands(program, run);
  dataCommands(program, run);
  brokerCommands(program, run);
  for (const command of program.commands) command.exitOverride().showSuggestionAfterError();
  return program;
}

function deskCommands(program: Command, run: Run): void {
  program
    .command('init')
    .argument('<folder>', 'where the new desk goes')
    .description('make a desk with a strategy of your own that runs at once')
    .action(run(async (folder: string) => (await import('./init.ts')).init(folder)));
  program
    .command('demo')
    .argument('[folder]', 'where the demonstration desk goes', 'demo-desk')
    .description('a desk that trades recorded prices on paper, and the report of it')
    .action(run(async (folder: string) => (await import('./demo.ts')).demo(folder)));
  program
    .command('check')
    .argument('<desk>', 'desk file or its folder')
    .description('prove the configuration, and show its limits in dollars')
    .addOption(bars())
    .addOption(sets())
    .addOption(
      new Option('--stage <stage>', 'ask the broker too; nothing is sent').choices([
        'paper',
        'live',
      ]),
    )
    .addOption(json())
    .action(
      run(async (desk: string, options: CheckOptions) => {
        const { check } = await import('./check.ts');
        if (options.stage === undefined) return check(desk, options);
        return check(desk, options, (await import('./live.ts')).CHECK_WIRING);
      }),
    );
  program
    .command('login')
    .argument('<broker>', 'schwab')
    .argument('[desk]', 'desk file or its folder', '.')
    .description('sign in with a broker; a desk that runs goes on with it')
    .option('--callback <address>', 'as it is registered with the app', 'https://127.0.0.1:8182')
    .option('--no-browser', 'only show the address to open')
    .action(
      run(async (broker: string, desk: string, options) =>
        (await import('./login.ts')).login(broker, desk, options),
      ),
    );
  program
    .command('schema')
    .description('print the JSON Schema of desk.yaml, for editors')
    .action(run(async () => (await import('./check.ts')).schema()));
}

function runCommands(program: Command, run: Run): void {
  program
    .command('backtest')
    .argument('<desk>', 'desk file or its folder')
    .description('play recorded bars through the engine')
    .addOption(bars())
    .option('--from <date>', 'first trading date; bars before it are warm-up')
    .option('--to <date>', 'last trading date')
    .addOption(sets())
    .option('--decisions <file>', 'write every decision, one JSON object a line')
    .option('--fills <file>', 'write every fill')
    .option('--equity <file>', "write each day's equity")
    .option('--report <file>', 'write one self-contained HTML page')
    .addOption(json())
    .action(
      run(async (desk: string, options) => (await import('./backtest.ts')).backtest(desk, options)),
    );
  for (const name of ['run', 'once'] as const) {
    program
      .command(name)
      .argument('<desk>', 'desk file or its folder')
      .description(name === 'run' ? 'stay, and do each slot on schedule' : 'do one slot, and end')
      .addOption(
        new Option('--stage <stage>', 'how far it is trusted')
          .choices(['dry-run', 'paper', 'live'])
          .makeOptionMandatory(),
      )
      .addOption(
        new Option('--feed <feed>', 'where prices come from')
          .choices(['replay', 'live'])
          .default('replay'),
      )
      .addOption(bars())
      .option('--from <date>', 'first trading date')
      .option('--to <date>', 'last trading date')
      .option('--at <instant>', 'the instant of the slot to do')
      .option('--speed <speed>', 'of the virtual clock: max, 60x, 1x', 'max')
      .addOption(sets())
      .option('--account-ends <digits>', 'live: the last four characters of the account')
      .option('--without-certificate <sentence>', 'live: take it on yourself, for good on record')
      .option('--fresh', 'put the former journal aside and begin anew')
      .option('--report <file>', 'write one self-contained HTML page at the end')
      .addOption(json())
      .action(
        run(async (desk: string, options: object) =>
          (await import('./run.ts')).runDesk(desk, { ...(options as RunDeskOptions), until: name }),
        ),
      );
  }
}

const by = () => new Option('--by <name>', 'who; the signed-in user when left out');
const wait = () => new Option('--timeout <seconds>', 'longest wait for the process').default('10');
const DESK = ['[desk]', 'desk file or its folder', '.'] as const;

function stateCommands(program: Command, run: Run): void {
  program
    .command('halt')
    .argument(...DESK)
    .description('let nothing leave that raises risk; stays until resumed')
    .addOption(
      new Option('--level <level>', 'how far')
        .choices(['NO_NEW_RISK', 'CANCEL_ONLY', 'STOP'])
        .default('NO_NEW_RISK'),
    )
    .requiredOption('--reason <text>', 'why, for the journal')
    .addOption(by())
    .addOption(wait())
    .addOption(json())
    .action(run(async (at: string, options) => (await import('./halt.ts')).halt(at, options)));
  program
    .command('resume')
    .argument(...DESK)
    .description('release a halt and its latch, or a book that stopped')
    .option('--book <name>', 'the book to resume; the desk when left out')
    .requiredOption('--reason <text>', 'why, for the journal')
    .addOption(by())
    .addOption(wait())
    .addOption(json())
    .action(run(async (at: string, options) => (await import('./halt.ts')).resume(at, options)));
  program
    .command('flatten')
    .argument(...DESK)
    .description('halt, cancel every order, and close all that the broker reports')
    .option('--reason <text>', 'why, for the journal', 'asked for on the command line')
    .option('--confirm', 'in the place of typing the end of the account')
    .addOption(by())
    .addOption(wait().default('60'))
    .addOption(json())
    .action(
      run(async (at: string, options) => (await import('./flatten.ts')).flatten(at, options)),
    );
}

function answerCommands(program: Command, run: Run): void {
  program
    .command('approvals')
    .argument(...DESK)
    .description('show the orders that wait for a yes, with all their terms')
    .addOption(wait())
    .addOption(json())
    .action(
      run(async (at: string, options) => (await import('./approve.ts')).approvals(at, options)),
    );
  for (const name of ['approve', 'reject'] as const) {
    const command = program
      .command(name)
      .argument('<request>', 'id of the request')
      .argument(...DESK)
      .description(
        name === 'approve' ? 'let an order leave on exactly its shown terms' : 'say no to an order',
      )
      .option('--plan', 'all that is left of its plan too');
    if (name === 'reject') command.requiredOption('--reason <text>', 'why, for the journal');
    command
      .addOption(by())
      .addOption(wait())
      .addOption(json())
      .action(
        run(async (request: string, at: string, options) =>
          (await import('./approve.ts'))[name](request, at, options),
        ),
      );
  }
  program
    .command('reconcile')
    .argument(...DESK)
    .description("show in what the broker's account differs, or answer one such question")
    .option('--answer <question...>', 'its id, and one of adopt, ignore, flatten')
    .option('--book <name>', 'the book that takes what is adopted; none when left out')
    .addOption(by())
    .addOption(wait())
    .addOption(json())
    .action(
      run(async (at: string, options) => (await import('./reconcile.ts')).reconcile(at, options)),
    );
}

function readCommands(program: Command, run: Run): void {
  const journal = program.command('journal').description('the truth on disk');
  journal
    .command('verify')
    .argument('[desk]', 'desk file, its folder, or a journal', '.')
    .description('check every record; name the first bad one')
    .addOption(json())
    .action(
      run(async (desk: string, options) => (await import('./journal.ts')).verify(desk, options)),
    );
  program
    .command('replay')
    .argument('[desk]', 'desk file or its folder', '.')
    .description('reproduce every decision and effect of the recorded run, byte for byte')
    .option('--date <date>', 'stop after this trading date')
    .addOption(json())
    .action(
      run(async (desk: string, options) => (await import('./journal.ts')).replay(desk, options)),
    );
  program
    .command('why')
    .argument('<symbol>', 'what was (not) traded')
    .argument('<date>', 'trading date')
    .argument('[desk]', 'desk file or its folder', '.')
    .description('tell why the desk traded a symbol on a date, or did not')
    .addOption(json())
    .action(
      run(async (symbol: string, date: string, desk: string, options) =>
        (await import('./look.ts')).why(symbol, date, desk, options),
      ),
    );
  for (const name of ['positions', 'orders', 'status'] as const) {
    program
      .command(name)
      .argument('[desk]', 'desk file or its folder', '.')
      .description(`show the desk's ${name}`)
      .addOption(json())
      .action(
        run(async (desk: string, options) => (await import('./look.ts')).look(name, desk, options)),
      );
  }
}

function dataCommands(program: Command, run: Run): void {
  const data = program.command('data').description('bars on disk');
  data
    .command('import')
    .argument('<files...>', 'CSV, CSV.gz, JSONL or Parquet')
    .requiredOption('--symbol <symbol>')
    .option('--timeframe <timeframe>', 'told from the file when left out')
    .option('--adjustment <adjustment>', 'raw, splits or all', 'raw')
    .option('--source <source>', 'where the data came from', 'file')
    .option('--replace', 'take new rows where they differ from stored ones')
    .option('--root <folder>', 'the data folder', 'data')
    .addOption(json())
    .description('take files into the store')
    .action(
      run(async (files: string[], options) =>
        (await import('./data.ts')).importFiles(files, options),
      ),
    );
  pullCommand(data, run);
  data
    .command('list')
    .option('--root <folder>', 'the data folder', 'data')
    .addOption(json())
    .description('what is in the store')
    .action(run(async (options) => (await import('./data.ts')).list(options)));
  data
    .command('check')
    .argument('[files...]', 'files to check; the whole store when left out')
    .option('--symbol <symbol>', 'symbol of the files')
    .option('--timeframe <timeframe>')
    .option('--adjustment <adjustment>', 'raw, splits or all', 'raw')
    .option('--root <folder>', 'the data folder', 'data')
    .addOption(json())
    .description('look for gaps, outliers and splits')
    .action(
      run(async (files: string[], options) =>
        (await import('./data.ts')).checkData(files, options),
      ),
    );
}

function pullCommand(data: Command, run: Run): void {
  data
    .command('pull')
    .argument('<symbols...>', 'such as SPY, BRK.B, VIX')
    .requiredOption('--source <source>', 'yahoo, csv, alpaca or schwab')
    .requiredOption('--from <date>', 'first date')
    .option('--to <date>', 'last date; today when left out')
    .option('--timeframe <timeframe>', 'how long one bar is', '1d')
    .option('--adjustment <adjustment>', 'raw, splits or all', 'splits')
    .option('--url <address>', 'of csv: with {symbol}, {from}, {to}; of yahoo: another host')
    .option('--replace', 'take bars that the source has corrected')
    .option('--root <folder>', 'the data folder', 'data')
    .addOption(json())
    .description('bring bars from the web into the store; goes on where it was cut short')
    .action(
      run(async (symbols: string[], options) =>
        (await import('./pull.ts')).pullBars(symbols, options, async (name) =>
          (await import('./live.ts')).brokerData(name),
        ),
      ),
    );
}

function brokerCommands(program: Command, run: Run): void {
  program
    .command('broker')
    .description('a paper broker of your own')
    .command('serve')
    .description("serve Alpaca's API on this machine: paper account, orders, market data")
    .option('--port <port>', '0 takes any free one', '0')
    .option('--account <number>', 'its number', 'PA1PLIMSOLL0')
    .option('--cash <dollars>', 'what it begins with', '100000')
    .option('--seed <seed>', 'of all that is random', '1')
    .option('--synthetic', 'a market that is made up')
    .option('--desk <desk>', 'the recorded market of a desk')
    .option('--live <desk>', "the live prices of a desk's own broker")
    .addOption(bars())
    .option('--from <date>', 'where the market begins; its newest day when left out')
    .option('--speed <speed>', 'of its clock: 1x, 60x, max (a day each second)', '1x')
    .option('--spread-bps <bps>', 'between bid and ask', '2')
    .option('--delay-ms <ms>', 'from order to fill', '0')
    .option('--partial-fills-pct <pct>', 'orders that fill in pieces', '0')
    .option('--rejection-pct <pct>', 'orders that are refused at random', '0')
    .option('--margin <factor>', '1, 2 or 4', '2')
    .option('--options-level <level>', '0 to 3', '3')
    .option('--no-shorting', 'sells only what it has')
    .option('--faults <faults>', 'a seed, or a list of what goes wrong')
    .option('--store <file>', 'where the account is kept; in memory when left out')
    .option('--follow-clock', "its clock follows its clients' requests")
    .addOption(json())
    .action(run(async (options) => (await import('./broker.ts')).serve(options)));
}
