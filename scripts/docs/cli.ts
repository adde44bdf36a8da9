import { EXIT } from '../../src/apps/cli/exit.ts';
import { allHelp, type Help } from './help.ts';
import { item, page, wrapped } from './text.ts';

const CODES: Readonly<Record<keyof typeof EXIT, string>> = {
  ok: 'done',
  failed: 'failed: a check found damage or a difference, or the program is at fault',
  usage: 'wrong usage, configuration or data; nothing was done',
  notRunning: 'not running',
  refused: 'refused by a limit, a gate or the state on disk',
  timeout: 'timeout',
};

const READING =
  'In a clone, after `npm run build`, each is typed as `npx plimsoll …`. A desk is named by ' +
  'its `desk.yaml` or by the folder that has one. Results go to standard output, everything ' +
  'else to standard error; nothing asks a question. With `--json` one object is printed, money ' +
  'as decimal text.';

function section({ command, text }: Help): string {
  const title = command === '' ? '## plimsoll' : `## plimsoll ${command}`;
  return `${title}\n\n\`\`\`text\n${text.trimEnd()}\n\`\`\``;
}

const codes = (): string =>
  Object.entries(EXIT)
    .map(([name, code]) => item(`\`${code}\`: ${CODES[name as keyof typeof EXIT]}`))
    .join('\n');

/** `docs/guides/cli.md`. */
export async function cliPage(): Promise<string> {
  const help = await allHelp();
  return page('Commands', 'the help of the command line itself', [
    wrapped(READING),
    `Exit codes:\n\n${codes()}`,
    ...help.map(section),
  ]);
}
