import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { claimFolder } from './claim.ts';
import { OwnedElsewhere, takeOwnership } from './ownership.ts';

/**
 * A process of the ownership tests: owns, says so, and stays until it is killed.
 * Arguments: "takeOwnership" folder account, or "claimFolder" folder. Prints one line of JSON.
 */
const [how, folder = join(tmpdir(), 'none'), account = 'none'] = process.argv.slice(2);

const say = (line: object): void => {
  process.stdout.write(`${JSON.stringify({ pid: process.pid, ...line })}\n`);
};

async function own(): Promise<object> {
  if (how === 'claimFolder') {
    const startedAt = new Date().toISOString();
    const claim = await claimFolder(folder, { pid: process.pid, startedAt, directory: folder });
    return claim.ok ? { owns: true } : { owns: false, owner: claim.owner };
  }
  try {
    await takeOwnership(folder, account);
    return { owns: true };
  } catch (error) {
    if (!(error instanceof OwnedElsewhere)) throw error;
    return { owns: false, owner: error.owner, message: error.message };
  }
}

say(await own());
setInterval(() => undefined, 60_000);
