// Runs blocks of Python as the page of the documentation does, but in Node.js.
//
// Arguments: `python.mjs` of the page, and the folder with Pyodide and the wheels. Reads lists of blocks in JSON,
// each run from the start; answers with what each block gives.

import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";

const [page, folder] = process.argv.slice(2);
const read = (...path) => readFileSync(join(...path), "utf8");
const { start } = await import(page);
const wheels = JSON.parse(read(folder, "wheels.json"));
const runner = await start((name) => join(folder, name), wheels, read(dirname(page), "run.py"));
const lists = JSON.parse(readFileSync(0, "utf8"));
const answered = lists.map((blocks) => blocks.map(runner()));
process.stdout.write(JSON.stringify(answered));
