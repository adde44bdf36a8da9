import { fork } from 'node:child_process';

/**
 * Plays `jobs` in `count` processes of `worker`, each of which answers every message with one; told
 * of each answer as it comes.
 */
export async function runPool<Job extends object, Answer>(
  worker: URL,
  jobs: Iterator<Job>,
  count: number,
  take: (answer: Answer) => void,
): Promise<void> {
  await Promise.all(Array.from({ length: count }, () => work(worker, jobs, take)));
}

/** Keeps one process busy until nothing is left to play. */
function work<Job extends object, Answer>(
  file: URL,
  jobs: Iterator<Job>,
  take: (answer: Answer) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = fork(file, { execArgv: ['--import', 'tsx'] });
    const next = (): void => {
      const job = jobs.next();
      if (job.done === true) worker.disconnect();
      else worker.send(job.value);
    };
    worker.on('message', (answer) => {
      take(answer as Answer);
      next();
    });
    worker.on('error', reject);
    worker.on('exit', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`A worker ended with ${code}`));
    });
    next();
  });
}
