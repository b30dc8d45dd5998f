#!/usr/bin/env node
// Plain JavaScript of long ago, so that an old Node can read it and say what is wrong.
var found = process.versions.node;
if (Number(found.split(".")[0]) < 24) {
  process.stderr.write("batchyard: needs Node 24 or later, this is Node " + found + "\n");
  process.exitCode = 1;
} else {
  // A clone has no dist: there it runs from its sources, which that Node reads as well.
  var isClone = require("node:fs").existsSync(__dirname + "/../src/main.ts");
  void import(isClone ? "../src/main.ts" : "../dist/main.js");
}
