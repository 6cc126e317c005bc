/** Writes the tables of the specification anew, as they follow from the machines: `npm run generate:protocol`. */
import { writeFileSync } from 'node:fs';
import { specificationFiles, specificationFolder } from './specification-tables.js';
import { written } from './specification-writer.js';

for (const [path, text] of specificationFiles) {
  const current = written(text);
  if (current === text) continue;
  writeFileSync(new URL(path, specificationFolder), current);
  console.log(`machines/${path} is written anew`);
}
