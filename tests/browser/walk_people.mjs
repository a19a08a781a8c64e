// The first User Manager, groups, members, roles.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { logIn } from "./lib.mjs";
import { GROUP, PASSWORD, chapter, directory, expect, manager, people, shows } from "./stage.mjs";

await chapter("the first user manager is made with the set-up code", manager, async () => {
  await manager.goto("/ssp/setup");
  await manager.fill("#code", readFileSync(join(directory, "setup-code"), "utf8").trim());
  await manager.fill("#email", "manager@fictief.example");
  await manager.click("main form button");
  const secret = (await manager.textContent("#secret")).trim();
  await logIn(manager, "manager@fictief.example", secret, PASSWORD);
  await shows(manager, "What needs attention");
});

// Create organizations; edit; revisions
await chapter("a group is added and edited, with its revisions", manager, async () => {
  await manager.click("nav >> text=Groups");
  await manager.click("text=Add group");
  await manager.fill("#title", "Ander Ziekenhuis");
  await manager.fill("#nihdi", "72099903");
  await manager.click("text=Create Data Provider");
  await shows(manager, "check digits");
  expect(await manager.evaluate(() => document.activeElement.classList.contains("note")), "focus on the error summary");
  await manager.fill("#nihdi", "72099902");
  await manager.fill("#message", "New hospital");
  await manager.click("text=Create Data Provider");
  await shows(manager, "The group has been saved.");
  await manager.click("text=Edit group");
  await manager.fill("#title", "Ander Ziekenhuis Noord");
  await manager.fill("#message", "Renamed");
  await manager.click("main >> text=Save");
  await manager.click("text=Revisions");
  await shows(manager, "Renamed");
});

// Add members and define roles
await chapter("members are added with roles", manager, async () => {
  for (const [name, roles] of [
    ["dp", ["dp_manager"]], ["certificates", ["certificate_editor"]],
    ["data", ["csv_upload_manager", "study_support"]], ["lead", ["study_lead"]], ["auditor", ["auditor"]],
  ]) {
    await manager.goto(`${GROUP}/members/add`);
    await manager.fill("#email", `${name}@fictief.example`);
    await manager.click("main form button");
    for (const role of roles) {
      await manager.check(`#role-${role}`);
      const project = manager.locator(`input[name=projects-${role}][value=HDBP0147]`);
      if (await project.count()) await project.check();
    }
    await manager.click("main form button");
    people[name] = (await manager.textContent("#secret")).trim();
  }
  await manager.goto(`${GROUP}/members`);
  await shows(manager, "lead@fictief.example");
});

await chapter("a member's roles are edited, and a member is removed", manager, async () => {
  await manager.goto(`${GROUP}/members`);
  await manager.click("tr:has-text('auditor@') >> text=Edit member");
  await manager.check("#role-nippin_manager");
  await manager.click("main >> text=Save");
  await shows(manager, "roles have been saved");
  await manager.click("tr:has-text('auditor@') >> text=Remove member");
  await manager.click("main >> text=Delete");
  await shows(manager, "The account stays");
  await manager.goto(`${GROUP}/members/add`);
  await manager.fill("#email", "auditor@fictief.example");
  await manager.click("main form button");
  await shows(manager, "has an account already");
  await manager.check("#role-auditor");
  await manager.click("main form button");
  await shows(manager, "The member has been added.");
});
