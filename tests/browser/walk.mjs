// Walks the manual's chapters in a browser, as a person in each role, on a portal that runs.
// usage: node walk.mjs BASE DIRECTORY   (DIRECTORY: set-up code, certificate store, extract; pictures of what failed go there)
import { browser, failed } from "./stage.mjs";

await import("./walk_people.mjs");
await import("./walk_data.mjs");
await import("./walk_forms.mjs");
await import("./walk_keys.mjs");
await import("./walk_keys_forms.mjs");
await import("./walk_look.mjs");
await browser.close();
if (failed > 0) {
  console.log(`${failed} chapters failed`);
  process.exitCode = 1;
}
