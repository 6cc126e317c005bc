/** Layouts of the library's own machines, made when the page is built. */
declare module 'virtual:own-placements' {
  const placements: import('../statechart/layouts.js').Placements;
  export default placements;
}
