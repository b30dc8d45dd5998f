// A program: follows the events of the server at the URL that it is given over so many connections, and throws away what
// it reads, but for the id of the last event. Each line that it is sent it answers with the ids, and "end" ends it.
import { connect } from "node:net";
import { createInterface } from "node:readline";

const [url = "", count = "1"] = process.argv.slice(2);
const { hostname, port } = new URL(url);

const lastIds = Array.from({ length: Number(count) }, () => "0");
const sockets = lastIds.map((_, index) => {
  const socket = connect({ host: hostname, port: Number(port), noDelay: true });
  socket.write(`GET /events HTTP/1.1\r\nhost: localhost\r\n\r\n`);
  socket.setEncoding("latin1").on("data", (text: string) => {
    const start = text.lastIndexOf("\nid: ");
    if (start !== -1) lastIds[index] = /^\d+/.exec(text.slice(start + 5, start + 25))?.[0] ?? "0";
  });
  return socket;
});

createInterface({ input: process.stdin }).on("line", (line) => {
  if (line === "end") {
    for (const socket of sockets) socket.destroy();
    process.exit(0);
  }
  process.stdout.write(`${JSON.stringify(lastIds)}\n`);
});
