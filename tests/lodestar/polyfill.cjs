// Node 20 lacks what a dependency of the node uses.
Promise.withResolvers ??= function () {
  let resolve, reject;
  const promise = new this((yes, no) => { resolve = yes; reject = no; });
  return { promise, resolve, reject };
};

// A node that is more than an epoch behind the clock waits for others, and a lone one waits for ever: after a restart it
// may be further behind. `--attachToGlobalThis` hands it over here. Less than the slots before the restart, though: it must
// not take itself for synced while it has not got its blocks back.
const PATIENCE_SLOTS = 24;
let node;
Object.defineProperty(globalThis, "bn", {
  get: () => node,
  set(started) {
    started.sync.slotImportTolerance = PATIENCE_SLOTS;
    node = started;
  },
});
