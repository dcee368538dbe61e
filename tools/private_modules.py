"""The import-linter contract that keeps a part's tables and store private, and no other rule."""

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


class PrivateModules(Contract):
    """Refuse imports of a part's private modules from outside that part.

    A part is a direct child of one of `groups` (`yunwei.monitor.alarms`); a private module is the
    part's child named in `private` (`yunwei.monitor.alarms.store`) and everything below it.
    """

    groups = fields.SetField(subfield=fields.StringField())
    private = fields.SetField(subfield=fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Look at every direct importer of every private module; chains need no look."""
        broken: list[tuple[str, str, int]] = []
        for group in sorted(self.groups):  # type: ignore[call-overload]  # a field turns into a set
            for part in sorted(graph.find_children(group)):
                output.verbose_print(verbose, f"Looking for imports of the tables of {part}...")
                broken.extend(self._imports_from_outside(graph, part))
        return ContractCheck(kept=not broken, metadata={"broken": broken})

    def _imports_from_outside(self, graph: ImportGraph, part: str) -> list[tuple[str, str, int]]:
        private = {f"{part}.{name}" for name in self.private}  # type: ignore[attr-defined]
        private &= graph.modules
        modules = private | {m for name in private for m in graph.find_descendants(name)}
        return [
            (importer, module, detail["line_number"])
            for module in sorted(modules)
            for importer in sorted(graph.find_modules_that_directly_import(module))
            if importer != part and not importer.startswith(f"{part}.")
            for detail in graph.get_import_details(importer=importer, imported=module)
        ]

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Name each forbidden import and the two doors that are open instead."""
        for importer, module, line in check.metadata["broken"]:
            output.print_error(f"- {importer} (l.{line}) imports {module}", bold=False)
        output.print("Ask the part through its queries, change it through its actions.")
