/** Who has the power over a matter at a place: as the service answers, in both languages. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ask, DOUGLAS, faults, idle, NOON, open, SERVICE, send, shot } from "./kit.mjs";

const AT_DOUGLAS = `at=${DOUGLAS.lat}/${DOUGLAS.lng}`;
const VIEW = `map=13/${DOUGLAS.lat}/${DOUGLAS.lng}&t=${NOON}&${AT_DOUGLAS}`;

/** In November the island keeps Greenwich time. */
function answer(matter, power) {
  const asked = new URLSearchParams({ ...DOUGLAS, power, at: `${NOON}:00Z` });
  if (matter) asked.set("matter", matter);
  return ask(`/responsibility?${asked}`);
}

/** Chooses, and waits until what is shown is the answer to that. */
async function choose(page, matter, power) {
  const asked = page.waitForResponse((response) => {
    const { pathname, searchParams } = new URL(response.url());
    return (
      pathname === "/api/v1/responsibility" &&
      (searchParams.get("matter") ?? "") === matter &&
      searchParams.get("power") === power
    );
  });
  await page.selectOption("#power-kind", power);
  await page.selectOption("#power-matter", matter);
  await asked;
  const found = await answer(matter, power);
  const wanted = found.why.map((one) => String(one.rule)).join();
  await page.waitForFunction(
    ([rules, leads]) => {
      const told = [...document.querySelectorAll("[data-told=why] li")];
      const shown = [...document.querySelectorAll("#power-answer [data-lead]")];
      return (
        told.map((one) => one.dataset.rule).join() === rules &&
        shown.map((one) => one.dataset.lead).join() === leads
      );
    },
    [wanted, found.leads.map((one) => one.lead).join()],
  );
  return found;
}

test("a place tells who has the power, whom to call, why, and why not others", async () => {
  for (const lang of ["en", "zh"]) {
    const page = await open(`${VIEW}&lang=${lang}`);
    await page.waitForSelector("#power-answer [data-told=why]");
    const named = (one) => (lang === "zh" && one.name_zh) || one.name;
    const cases = [
      ["CG-001", "penalise", "lead"],
      ["CG-001", "permit", "lead"],
      ["SC-001", "inspect", "several_leads"],
      ["QT-003", "penalise", "no_lead"],
      ["", "penalise", "first_receiver"],
    ];
    for (const [matter, power, outcome] of cases) {
      const found = await choose(page, matter, power);
      assert.equal(found.outcome, outcome, `${matter} ${power}`);
      const told = await page.textContent("#power-answer");
      const units = [
        ...found.leads.flatMap((one) => [one.lead, one.subject, one.liable]),
        ...found.supporters.map((one) => one.unit),
        ...(found.first_receiver ? [found.first_receiver] : []),
      ];
      for (const unit of units) {
        const contact = found.contacts.find((one) => one.unit === unit);
        assert.ok(told.includes(named(contact)), `${unit} is told: ${told}`);
        assert.ok(told.includes(contact.office_line), `${unit} can be called: ${told}`);
      }
      const first = found.leads[0]?.lead ?? found.first_receiver;
      for (const duty of found.contacts.find((one) => one.unit === first).on_duty) {
        assert.ok(told.includes(duty.role) && told.includes(duty.office_line), told);
      }
      for (const { list, version } of found.leads.map((one) => one.list)) {
        const cited = found.lists.find((one) => one.list === list && one.version === version);
        assert.ok(told.includes(named(cited)), `${list} is told: ${told}`);
      }
      for (const field of ["why", "why_not"]) {
        const rules = await page.$$eval(`[data-told=${field}] li`, (all) =>
          all.map((one) => Number(one.dataset.rule)),
        );
        assert.deepEqual(
          rules,
          found[field].map((one) => one.rule),
          `${matter} ${power} ${field}`,
        );
      }
      assert.doesNotMatch(told, /undefined|why_|power_|\{/, told);
      if (matter === "CG-001" && power === "penalise") {
        for (const field of ["why", "why_not"]) await page.click(`[data-told=${field}] summary`);
        await page.locator("#who-has-power").scrollIntoViewIfNeeded();
        await shot(page, `wide-${lang}-power`);
      }
    }
    await shot(page, `wide-${lang}-power-unknown`);
    await page.close();
  }
});

test("the choice stays when another place is opened, and the answer is asked anew", async () => {
  const page = await open(`${VIEW}&lang=en`);
  await page.waitForSelector("#power-answer [data-told=why]");
  await choose(page, "CG-001", "penalise");
  const lead = await page.getAttribute("#power-answer [data-lead]", "data-lead");
  await page.evaluate(() => {
    location.hash = location.hash.replace(/at=[^&]*/, "at=54.36/-4.42");
  });
  await page.waitForFunction((before) => {
    const shown = document.querySelector("#power-answer [data-lead]")?.dataset.lead;
    return shown && shown !== before;
  }, lead);
  assert.equal(await page.inputValue("#power-matter"), "CG-001");
  await page.close();
});

test("blind spots are counted by kind, told with their place, and found on the map", async () => {
  const audit = await ask(`/responsibility/audit?at=${NOON}:00Z`);
  const count = (kind) => audit.findings.filter((one) => one.kind === kind).length;
  for (const lang of ["en", "zh"]) {
    const page = await open(`t=${NOON}&lang=${lang}`);
    await page.click("[data-side=powers]");
    await page.waitForSelector("#audit-kinds");
    const kinds = await page.$$eval("#audit-kinds > [data-kind]", (all) =>
      all.map((one) => [one.dataset.kind, Number(one.dataset.count)]),
    );
    assert.equal(kinds.length, 10);
    for (const [kind, shown] of kinds) assert.equal(shown, count(kind), kind);
    for (const kind of ["no_coordinator", "overlay_without_list", "outside_parent"]) {
      await page.click(`[data-key=audit-${kind}]`);
      const told = await page.$$eval(`[data-findings=${kind}] > li`, (all) =>
        all.map((one) => one.textContent),
      );
      assert.equal(told.length, count(kind), kind);
      assert.ok(told.length > 0, `${kind}: the bundled county has some`);
    }
    const outside = await page.textContent("[data-findings=outside_parent]");
    assert.ok(outside.includes("T-LAXEY") && outside.includes("NY-003"), outside);
    const before = await page.evaluate(() => window.xungeMap.getCenter().toString());
    await page.click("[data-findings=outside_parent] button");
    await page.waitForFunction(
      (was) => !window.xungeMap.isMoving() && window.xungeMap.getCenter().toString() !== was,
      before,
    );
    await page.click("[data-key=audit-nobody_on_duty]");
    await page.waitForSelector("[data-findings=nobody_on_duty] button");
    // Townships are as dark on the map as they have findings of that kind.
    const dark = await page.evaluate(() => {
      const [, , ...pairs] = window.xungeMap.getPaintProperty("audit-townships", "fill-opacity");
      return pairs;
    });
    for (const { township, counts } of audit.townships) {
      if (!township) continue;
      const findings = counts.nobody_on_duty?.findings ?? 0;
      assert.equal(dark.includes(township.code), findings > 0, township.code);
    }
    await idle(page);
    await shot(page, `wide-${lang}-blind-spots`);
    await page.close();
  }
});

test("lists are found by a matter in them, read by version, held against before and above", async () => {
  const { lists } = await ask("/lists");
  const codes = [...new Set(lists.map(({ list }) => list))];
  const { matters } = await ask("/matters");
  for (const lang of ["en", "zh"]) {
    const page = await open(`map=11/${DOUGLAS.lat}/${DOUGLAS.lng}&lang=${lang}`);
    await page.click("[data-side=powers]");
    await page.click("[data-view=lists]");
    await page.waitForSelector("#lists-found [data-list]");
    assert.equal(await page.locator("#lists-found [data-list]").count(), codes.length);

    const matter = matters.find(({ code }) => code === "CG-001");
    const wholes = await Promise.all(
      codes.map(async (code) => [code, (await ask(`/lists/${code}`)).entries]),
    );
    const having = wholes.filter(([, entries]) =>
      entries.some(({ scope }) => scope.matter === matter.code),
    );
    await page.fill("#lists-query", matter.code);
    await page.waitForFunction(
      (n) => document.querySelectorAll("#lists-found [data-list]").length === n,
      having.length,
    );
    const shown = await page.$$eval("#lists-found [data-list]", (all) =>
      all.map((one) => one.dataset.list),
    );
    assert.deepEqual(shown.toSorted(), having.map(([code]) => code).toSorted());

    // One that goes beyond the list above it.
    await page.fill("#lists-query", "");
    let beyond;
    for (const code of codes) {
      const compared = await ask(`/lists/${code}/differences`);
      if (compared.against_parent?.outside.length > 0) beyond ??= { code, compared };
    }
    await page.click(`[data-key="list-${beyond.code}"]`);
    await page.waitForSelector(`#lists-open[data-list="${beyond.code}"]`);
    await page.waitForSelector("[data-difference=outside] li");
    const outside = beyond.compared.against_parent.outside;
    assert.equal(await page.locator("[data-difference=outside] li").count(), outside.length);
    const first = await page.textContent("[data-difference=outside] li");
    assert.ok(first.includes(outside[0].matter), first);
    const entries = wholes.find(([code]) => code === beyond.code)[1].length;
    assert.equal(
      await page.locator("#lists-entries tbody tr").count(),
      Math.min(entries, 100),
      "its entries",
    );
    await shot(page, `wide-${lang}-lists`);
    assert.deepEqual(await faults(page), []);

    // The list above is one step away.
    await page.click("[data-key=lists-parent]");
    await page.waitForFunction(
      (code) => document.querySelector("#lists-open").dataset.list !== code,
      beyond.code,
    );
    await page.click("[data-key=lists-back]");
    const versions = lists.filter(({ list }) => list === codes[0]);
    await page.click(`[data-key="list-${codes[0]}"]`);
    await page.waitForSelector(`#lists-open[data-list="${codes[0]}"]`);
    assert.equal(await page.locator("#lists-version option").count(), versions.length);
    const table = await page.getAttribute("#lists-open a[download]", "href");
    const answer = await page.request.get(new URL(table, SERVICE).href);
    assert.ok((await answer.text()).startsWith("list,version"));
    await page.close();
  }
});

test("an entry of temporary work tells who agreed to it and who approved it", async () => {
  const { lists } = await ask("/lists");
  const [{ list }] = lists;
  for (const lang of ["en", "zh"]) {
    const page = await open(`map=11/${DOUGLAS.lat}/${DOUGLAS.lng}&lang=${lang}`);
    // The bundled lists have none: of this one an entry is told as if it were.
    await page.route(new RegExp(`/lists/${list}(\\?|$)`), async (route) => {
      const answer = await (await route.fetch()).json();
      Object.assign(answer.entries[0], {
        consent: "letter 3 of 2026",
        approval: "order 9 of 2026",
      });
      await route.fulfill({ json: answer });
    });
    await page.click("[data-side=powers]");
    await page.click("[data-view=lists]");
    await page.click(`[data-key="list-${list}"]`);
    await page.waitForSelector("#lists-entries tbody tr");
    const entry = await page.textContent("#lists-entries tbody tr");
    assert.ok(entry.includes("letter 3 of 2026") && entry.includes("order 9 of 2026"), entry);
    const words = lang === "zh" ? ["乡镇同意文件", "批准文件"] : ["Township's consent", "Approval"];
    for (const word of words) assert.ok(entry.includes(word), entry);
    await shot(page, `wide-${lang}-temporary`);
    assert.deepEqual(await faults(page), []);
    await page.close();
  }
});

test("where a case lies that is in doubt is decided on its card, and stays decided", async () => {
  // On the border of two townships, as the service says it is.
  const near = { lng: -4.4779, lat: 54.1498, accuracy_m: 3000 };
  const doubt = await ask(`/locate?lng=${near.lng}&lat=${near.lat}&accuracy_m=${near.accuracy_m}`);
  assert.ok(doubt.candidates.length > 1);
  for (const [n, lang] of ["en", "zh"].entries()) {
    const id = `01957a3e-5c00-7000-8000-0000000009${n}${n}`;
    const first = await open(`lang=${lang}`);
    const made = await first.request.post(`${SERVICE}/api/v1/incidents`, { data: { id, ...near } });
    assert.ok(made.ok(), await made.text());
    await first.close();
    const { code: area } = doubt.candidates.at(-1);
    const page = await open(`case=${id}&lang=${lang}`);
    const choice = `[data-decide="${area}"][data-by=negotiation]`;
    await page.waitForSelector(`#case-decision ${choice}`);
    await shot(page, `wide-${lang}-doubt`);
    assert.deepEqual(await faults(page), []);
    await page.click(choice);
    await page.fill("#reason", "both have agreed");
    await page.click("#reason-form button[type=submit]");
    await page.waitForSelector(`#case-decision[data-area="${area}"]`);
    const told = await page.textContent("#case-decision");
    assert.ok(told.includes("both have agreed"), told);
    assert.equal(await page.locator("#case-decision [data-by=first_filer]").count(), 0);
    await shot(page, `wide-${lang}-decided`);
    assert.deepEqual(await faults(page), []);
    const { decision } = await ask(`/responsibility?incident=${id}`);
    assert.equal(decision.area, area);
    await page.close();
  }
});

test("what it costs until it is clear whose a case is, and what responses want, stand beside the lists", async (t) => {
  const id = crypto.randomUUID();
  await send("POST", "/incidents", { id, ...DOUGLAS, matter: "CG-001" });
  t.after(() => {
    const act = { to: "void" };
    return send("POST", `/incidents/${id}/actions`, {
      id: crypto.randomUUID(),
      act,
      reason: "test",
    });
  });
  const { groups } = await ask("/kpis/burden?by=unit");
  const { response_plans: plans } = await ask("/response-plans");
  for (const lang of ["en", "zh"]) {
    const page = await open(`map=11/${DOUGLAS.lat}/${DOUGLAS.lng}&lang=${lang}`);
    await page.click("[data-side=powers]");
    await page.click("[data-view=figures]");
    await page.waitForSelector("#burden");
    const rows = await page.$$eval("#burden-table tbody tr", (all) =>
      all.map((row) => [row.dataset.unit, row.children[1].textContent]),
    );
    const told = groups.map((one) => [one.group ?? "", String(one.cases)]);
    assert.deepEqual(rows.toSorted(), told.toSorted());
    assert.equal(await page.locator("#plans-table tbody tr").count(), plans.length);
    const link = await page.getAttribute("#burden a", "href");
    assert.ok(link.includes("/kpis/burden?") && link.includes("format=csv"), link);
    // What became of cases: a case of this test's is among them.
    await page.waitForSelector("#case-figures dl.facts");
    const terms = await page.$$eval("#case-figures dl.facts >> nth=0 >> dt", (all) => all.length);
    assert.equal(terms, 6);
    const cases = await page.getAttribute("#case-figures a", "href");
    assert.ok(cases.includes("/kpis/cases?") && cases.includes("by=unit"), cases);
    assert.doesNotMatch(
      await page.textContent("#power-figures"),
      /undefined|burden_|cases_|plans_|\{/,
    );
    await idle(page);
    await shot(page, `wide-${lang}-power-figures`);
    await page.close();
  }
});
