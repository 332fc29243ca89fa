// Python in a thread of its own, so that the page stays awake.
//
// It is sent the blocks to run, from the first on; it answers with each one's result, and "done".

import { start } from "./python.mjs";

const files = new URL("../pyodide/", import.meta.url);
const at = (name) => new URL(name, files).href;

const got = async (address) => {
  const answer = await fetch(address);
  if (!answer.ok) {
    throw new Error(`${address}: ${answer.status} ${answer.statusText}`);
  }
  return answer;
};

// Pyodide waits for ever for a file of its own that does not come.
self.addEventListener("unhandledrejection", ({ reason }) => {
  self.postMessage({ failed: String(reason) });
});

const starting = (async () => {
  const wheels = await (await got(at("wheels.json"))).json();
  const source = await (await got(new URL("run.py", import.meta.url))).text();
  return start(at, wheels, source);
})();

self.onmessage = async ({ data: blocks }) => {
  try {
    const run = (await starting)();
    let failing = null;
    for (const [number, code] of blocks.entries()) {
      self.postMessage({ running: number });
      const result = run(code);
      self.postMessage({ number, result });
      if (result.error) {
        failing = number;
        break;
      }
    }
    self.postMessage({ done: true, failing });
  } catch (error) {
    self.postMessage({ failed: String(error) });
  }
};
