import { connect, createServer } from "node:net";
import { origins, SERVICE } from "./kit.mjs";

/** A way to the service that can be cut, as a network is. */
export async function line() {
  const { hostname, port } = new URL(SERVICE);
  const ends = new Set();
  let whole = true;
  const server = createServer((near) => {
    const far = connect(Number(port), hostname);
    for (const end of [near, far]) {
      ends.add(end);
      end
        .on("error", () => {})
        .on("close", () => {
          ends.delete(end);
          near.destroy();
          far.destroy();
        });
    }
    if (!whole) return near.destroy();
    near.pipe(far).pipe(near);
  });
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  const cut = () => {
    whole = false;
    for (const end of ends) end.destroy();
  };
  const origin = `http://127.0.0.1:${server.address().port}`;
  origins.add(origin);
  const mend = () => {
    whole = true;
  };
  const end = () => {
    cut();
    server.close();
  };
  return { origin, cut, mend, end };
}
