#!/usr/bin/env node
// Plain JavaScript of long ago, so that an old Node can read it and say what is wrong.
var found = process.versions.node;
if (Number(found.split(".")[0]) < 24) {
  process.stderr.write("batchyard: needs Node 24 or later, this is Node " + found + "\n");
  process.exitCode = 1;
} else {
  void import("../dist/main.js");
}
