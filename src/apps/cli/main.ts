#!/usr/bin/env node
import { buildVersion } from '../version.ts';

// A reader that had enough (a pager, head) closes the pipe; that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

if (process.argv[2] === '--version' || process.argv[2] === '-V') {
  process.stdout.write(`${buildVersion()}\n`);
} else {
  const { runCli } = await import('./program.ts');
  process.exitCode = await runCli(process.argv);
}
