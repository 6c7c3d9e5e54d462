/** Runs something that is meant to fail, without the error that it logs. */
export async function quietly<T>(run: () => Promise<T>): Promise<T> {
  const log = console.error;
  console.error = () => {};
  try {
    return await run();
  } finally {
    console.error = log;
  }
}
