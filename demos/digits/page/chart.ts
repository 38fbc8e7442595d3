/** Shows which digit it is, and how likely each is. */
export interface Chart {
  show(digit: number, probabilities: readonly number[]): void;
  /** @param note what to say instead */
  clear(note: string): void;
}

/** Runs in the page, from its source text (see `page.ts`). */
export function createChart(digit: HTMLElement, certainty: HTMLElement, bars: HTMLElement): Chart {
  /** Never "100 %": the model isn't that sure. */
  const percent = (share: number) => (share > 0.999 ? ">99.9%" : `${(share * 100).toFixed(1)}%`);
  const rows = [...bars.children].map((row) => ({
    row: row as HTMLElement,
    bar: row.querySelector(".bar") as HTMLElement,
    share: row.querySelector(".share") as HTMLElement,
  }));

  function draw(winner: number | undefined, probabilities: readonly number[]): void {
    for (const [i, { row, bar, share }] of rows.entries()) {
      const probability = probabilities[i] ?? 0;
      row.classList.toggle("winner", i === winner);
      bar.style.setProperty("--share", String(probability));
      share.textContent = winner === undefined ? "" : percent(probability);
    }
  }

  return {
    show(winner, probabilities) {
      draw(winner, probabilities);
      digit.textContent = String(winner);
      digit.classList.add("known");
      certainty.textContent = `${percent(probabilities[winner] ?? 0)} sure`;
    },
    clear(note) {
      draw(undefined, []);
      digit.textContent = "?";
      digit.classList.remove("known");
      certainty.textContent = note;
    },
  };
}
