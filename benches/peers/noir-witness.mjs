// The witness of a compiled Noir program: `node noir-witness.mjs PROGRAM INPUTS OUT`. Fails if there is none.
import { Noir } from "@noir-lang/noir_js";
import { readFile, writeFile } from "node:fs/promises";

const [, , program, inputs, out] = process.argv;
const read = async (path) => JSON.parse(await readFile(path, "utf8"));
const { witness } = await new Noir(await read(program)).execute(await read(inputs));
await writeFile(out, witness);
