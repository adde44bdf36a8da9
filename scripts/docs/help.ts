import { runCli } from '../../src/apps/cli/program.ts';

/** One command's help as it is printed. */
export interface Help {
  /** What is typed after "plimsoll": "", "run", "journal verify". */
  readonly command: string;
  readonly text: string;
}

/** What `plimsoll … --help` prints where nobody looks: 80 columns wide, without colors. */
async function printed(words: readonly string[]): Promise<string> {
  const { stdout } = process;
  const { isTTY } = stdout;
  const write = stdout.write.bind(stdout);
  let text = '';
  stdout.isTTY = false;
  stdout.write = (chunk: string | Uint8Array): boolean => {
    text += String(chunk);
    return true;
  };
  try {
    await runCli(['node', 'plimsoll', ...words, '--help']);
  } finally {
    stdout.write = write;
    stdout.isTTY = isTTY;
  }
  return text;
}

/** Names under "Commands:", but for `help` itself. */
function commandsIn(text: string): string[] {
  const [, list = ''] = text.split('\nCommands:\n');
  const names = [...list.matchAll(/^ {2}([a-z][a-z-]*)/gm)].map((match) => match[1] as string);
  return names.filter((name) => name !== 'help');
}

/** Help of the program and of every command of it, a group before its commands. */
export async function allHelp(words: readonly string[] = []): Promise<Help[]> {
  const text = await printed(words);
  const all: Help[] = [{ command: words.join(' '), text }];
  for (const name of commandsIn(text)) all.push(...(await allHelp([...words, name])));
  return all;
}

/** Options that a help text offers, as `--name`. */
export const optionsIn = (text: string): string[] => [
  ...new Set([...text.matchAll(/(?<=^ {2}(?:-\w, )?)--[a-z][a-z-]*/gm)].map((match) => match[0])),
];
