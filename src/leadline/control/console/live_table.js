// Rows that change in place: only new and changed rows arrive, scroll and focus stay where they are.
export default {
  template: `
    <div class="ll-scroll" ref="scroll">
      <table class="ll-table" :class="kind" :aria-label="label">
        <thead><tr><th v-for="column in columns" :key="column.name" :class="column.cls" scope="col" :title="column.hint">{{ column.label }}</th></tr></thead>
        <tbody>
          <tr v-for="row in rows" :key="row.id" v-memo="[row, row.id === selected]"
              tabindex="0" :data-id="row.id" :class="row.cls" :aria-selected="row.id === selected ? 'true' : 'false'"
              @click="$emit('open', row.id)" @keydown.enter.prevent="$emit('open', row.id)">
            <td v-for="column in columns" :key="column.name" :class="column.cls">
              <template v-for="(part, place) in row.cells[column.name]" :key="place">
                <ll-time v-if="part.at" :at="part.at" :mode="part.mode" :class="part.c"></ll-time>
                <i v-else-if="part.share !== undefined" class="ll-share" :class="part.c" :style="{ '--share': part.share }"></i>
                <button v-else-if="part.act" type="button" :class="part.c" :title="part.h" @click.stop="$emit('act', [row.id, part.act])" @keydown.enter.stop>{{ part.t }}</button>
                <span v-else :class="part.c" :title="part.h">{{ part.t }}</span>
              </template>
            </td>
          </tr>
        </tbody>
      </table>
      <div v-if="loaded && !rows.length" class="ll-empty" role="status">
        <strong>{{ empty.title }}</strong><span>{{ empty.next }}</span>
      </div>
    </div>
  `,
  props: { columns: Array, kind: String, label: String, selected: String, empty: Object },
  data: () => ({ rows: [], loaded: false }),
  methods: {
    sync(order, changed) {
      const known = new Map(this.rows.map((row) => [row.id, row]));
      for (const row of changed) known.set(row.id, Object.freeze(row));
      const anchor = this.anchor();
      this.rows = order.map((id) => known.get(id)).filter(Boolean);
      this.loaded = true;
      if (anchor) this.$nextTick(() => this.hold(anchor));
    },
    // The first visible row, unless people look at the top, where new rows are to appear.
    anchor() {
      const scroll = this.$refs.scroll;
      if (!scroll || scroll.scrollTop < 4) return null;
      const edge = scroll.getBoundingClientRect().top + 30;
      for (const row of scroll.querySelectorAll("tbody tr")) {
        const top = row.getBoundingClientRect().top;
        if (top >= edge) return { id: row.dataset.id, top };
      }
      return null;
    },
    hold({ id, top }) {
      const row = this.$refs.scroll.querySelector(`tr[data-id="${CSS.escape(id)}"]`);
      if (row) this.$refs.scroll.scrollTop += row.getBoundingClientRect().top - top;
    },
  },
};
