/** Answers each `{ width, turnMs }` of the parent with how many a second were done, and ends with the parent. */
export function takeTurns(start, stop) {
  process.on('message', ({ width, turnMs }) => {
    const begun = performance.now();
    let done = 0;
    const until = async (work) => {
      while (performance.now() - begun < turnMs) {
        await work();
        done += 1;
      }
    };
    Promise.all(Array.from({ length: width }, () => start(until))).then(
      () => process.send({ rate: (done / (performance.now() - begun)) * 1_000 }),
      (error) => process.send({ failure: String(error.stack ?? error) }),
    );
  });
  process.on('disconnect', () => void stop().finally(() => process.exit(0)));
  process.send('ready');
}
