/** Lies among the routes, and is no page: its name is that of a test. */
export default () => <p>a test</p>;
