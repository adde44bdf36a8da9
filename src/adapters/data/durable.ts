import fs from 'node:fs';
import path from 'node:path';

let counter = 0;

/** Temporary files end so; readers pass over them, and one left behind by a crash does no harm. */
export const TEMPORARY = '.tmp';

/**
 * Writes a new file beside `target` and has it on the disk when it returns; its path is the result.
 * `root` is the folder above which no folder is new.
 */
export function stageFile(root: string, target: string, parts: readonly Uint8Array[]): string {
  const folder = path.dirname(target);
  const isNew = fs.mkdirSync(folder, { recursive: true }) !== undefined;
  if (isNew) syncFoldersUpTo(root, folder);
  counter += 1;
  const staged = path.join(
    folder,
    `.${path.basename(target)}.${process.pid}.${counter}${TEMPORARY}`,
  );
  const handle = fs.openSync(staged, 'wx');
  try {
    for (const part of parts) writeAll(handle, part);
    fs.fsyncSync(handle);
  } catch (error) {
    fs.rmSync(staged, { force: true });
    throw error;
  } finally {
    fs.closeSync(handle);
  }
  return staged;
}

function writeAll(handle: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) at += fs.writeSync(handle, bytes, at, bytes.length - at);
}

/** Puts a staged file in the target's place in one step, lasting once it returns. */
export function commitFile(staged: string, target: string): void {
  fs.renameSync(staged, target);
  syncFolder(path.dirname(target));
}

function syncFoldersUpTo(root: string, folder: string): void {
  const top = path.dirname(path.resolve(root));
  for (let at = path.resolve(folder); at.startsWith(top); at = path.dirname(at)) {
    syncFolder(at);
    if (at === top || at === path.dirname(at)) return;
  }
}

/** Windows has no such call for folders; there the rename is as lasting as the system makes it. */
function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const handle = fs.openSync(folder, 'r');
  try {
    fs.fsyncSync(handle);
  } finally {
    fs.closeSync(handle);
  }
}
