import { readFileSync } from "node:fs";
import { join } from "node:path";

import { filesBelow } from "../system/content-hash.mjs";

const BLOCK = 512;

/**
 * A directory as a tar archive, which is how the engine takes a build context.
 *
 * Times and owners are left out, and a script is always executable, so a checkout on Windows gives the same archive.
 *
 * @param {string} directory
 * @returns {Buffer}
 */
export function tarOf(directory) {
  const entries = filesBelow(directory).flatMap((path) => {
    const content = readFileSync(join(directory, path));
    return [header(path, content.length), content, Buffer.alloc(-content.length & (BLOCK - 1))];
  });
  // Two empty blocks end an archive.
  return Buffer.concat([...entries, Buffer.alloc(2 * BLOCK)]);
}

/**
 * @param {string} path
 * @param {number} size
 */
function header(path, size) {
  const block = Buffer.alloc(BLOCK);
  block.write(path, 0, 100);
  block.write(path.endsWith(".sh") ? "0000755\0" : "0000644\0", 100);
  block.write("0000000\0", 108);
  block.write("0000000\0", 116);
  block.write(`${size.toString(8).padStart(11, "0")}\0`, 124);
  block.write("00000000000\0", 136);
  block.write("        0", 148); // The checksum counts as spaces while it is computed; then the type, a file.
  block.write("ustar\0" + "00", 257);
  const checksum = block.reduce((sum, byte) => sum + byte, 0);
  block.write(`${checksum.toString(8).padStart(6, "0")}\0 `, 148);
  return block;
}
