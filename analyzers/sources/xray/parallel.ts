/** Works off a list, several at a time, in its order; work may add to the end of the list. Rejects with the first error. */
export async function eachInParallel<T>(list: T[], atOnce: number, work: (item: T) => Promise<void>): Promise<void> {
  let busy = 0;
  await new Promise<void>((resolve, reject) => {
    const next = (): void => {
      while (busy < atOnce && list.length > 0) {
        busy += 1;
        work(list.shift() as T).then(() => {
          busy -= 1;
          next();
        }, reject);
      }
      if (busy === 0 && list.length === 0) resolve();
    };
    next();
  });
}
