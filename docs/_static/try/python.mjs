// Python with the library, in a browser or in Node.js.

/**
 * Start Python.
 *
 * @param at - Gives the whole address of a file of Pyodide's, or of a wheel.
 * @param wheels - The names of the wheels.
 * @param source - The text of `run.py`.
 * @returns What begins anew, and returns what runs one block after the other.
 */
export async function start(at, wheels, source) {
  const { loadPyodide } = await import(at("pyodide.mjs"));
  const python = await loadPyodide({ indexURL: at("") });
  const failed = [];
  await python.loadPackage(wheels.map(at), {
    messageCallback: () => {},
    errorCallback: (message) => failed.push(message),
  });
  if (failed.length) {
    throw new Error(failed.join("\n"));
  }
  const names = python.toPy({ __name__: "run" });
  python.runPython(source, { globals: names });
  const runner = names.get("runner");
  return () => {
    const run = runner();
    return (code) => JSON.parse(run(code));
  };
}
