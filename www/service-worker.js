// The key service of this page: everything that a server would do, in the browser that shows the page.
import { IndexedDbStore, serveKeys } from "keywicket/service-worker";
import { BASE, DATABASE } from "./service/address.js";
import { adminPolicy, identity } from "./service/identity.js";
import { serveKeptPage } from "./service/offline.js";

serveKeys({
  base: BASE,
  settings: async () => {
    const who = await identity();
    return {
      store: await IndexedDbStore.open(DATABASE),
      adminPolicy: adminPolicy(who),
      protectionKeys: [{ certificate: who.certificate, privateKey: who.privateKey }],
    };
  },
});
serveKeptPage();
