"""Puts the mutants of a source file behind a switch: `a + b` becomes a match over which mutant is on, and so forth."""

import collections
import re

import tree_sitter
import tree_sitter_rust

COMPARISONS = {"==", "!=", "<", ">", "<=", ">="}
PARSER = tree_sitter.Parser(tree_sitter.Language(tree_sitter_rust.language()))


class File:
    """One source file and the mutants at its nodes."""

    def __init__(self, source, mutants):
        self.source = source
        self.root = PARSER.parse(source).root_node
        self.lines = source.decode().split("\n")
        self.starts = [0]
        for line in self.lines:
            self.starts.append(self.starts[-1] + len(line.encode()) + 1)
        self.at = collections.defaultdict(list)
        self.apart = {}
        for mutant in mutants:
            node = self.node(mutant)
            if isinstance(node, str):
                self.apart[mutant["id"]] = node
            else:
                self.at[node.id].append(mutant)

    def node(self, mutant):
        """The node that a mutant changes, or why there is none that can be changed behind a switch."""
        begin, end = (
            self.starts[at["line"] - 1] + len(self.lines[at["line"] - 1][: at["column"] - 1].encode())
            for at in (mutant["span"]["start"], mutant["span"]["end"])
        )
        kinds = {
            "BinaryOperator": ("binary_expression", "compound_assignment_expr", "let_chain"),
            "UnaryOperator": ("unary_expression",),
            "FnValue": ("function_item",),
            "MatchArmGuard": ("match_pattern",),
            "MatchArm": ("match_arm",),
            "StructField": ("field_initializer", "shorthand_field_initializer"),
        }[mutant["genre"]]
        node = self.root.descendant_for_byte_range(begin, max(begin, end - 1))
        found = None
        while node is not None:
            if node.type in ("const_item", "static_item", "const_block"):
                return "apart: in a constant"
            if found is None and node.type in kinds and node.parent is not None:
                found = node
            if found is not None and node.type == "macro_invocation":
                return "apart: in a macro"
            node = node.parent
        if found is None:
            return "apart: not found"
        result = found.child_by_field_name("return_type") if found.type == "function_item" else None
        if result is not None and result.text.startswith(b"impl ") and "Box::leak" in mutant["replacement"]:
            return "unviable: an iterator over `&mut`"
        if found.type == "match_arm":
            last = found.parent.named_children[-1].child_by_field_name("pattern")
            if last.child_by_field_name("condition") is not None or not re.match(rb"[a-z_]\w*$", last.text):
                return "unviable: no arm for the rest"
        if found.type == "let_chain":
            return "unviable: a chain of `let`"
        return found

    def text(self, node):
        """The text of a node with its mutants and those within it."""
        mutants = self.at.get(node.id, [])
        if not mutants:
            return self.struct(node) if node.type == "struct_expression" else self.within(node)
        first, count = mutants[0]["id"], len(mutants)
        switch = f"crate::mutant_switch::which({first}, {count})"
        live = [mutant for mutant in mutants if mutant["id"] not in self.dropped]
        if not live:
            return self.within(node)

        def arms(original, changed):
            lines = "".join(f"\n/*#{m['id']}#*/ {m['id']} => {changed(m)},\n" for m in live)
            return f"match {switch} {{ 0 => {original},{lines} _ => unreachable!() }}"

        if node.type == "binary_expression":
            left, right = (self.text(node.child_by_field_name(side)) for side in ("left", "right"))
            operator = node.child_by_field_name("operator").type
            if operator in ("&&", "||"):
                negated = "!" if operator == "||" else ""
                goes_on = f"{negated}(l_ ^ crate::mutant_switch::on({first}))"
                return f"(match {left} {{ l_ => if {goes_on} {{ {right} }} else {{ l_ }} }})"
            borrow, deref = ("&", "*") if operator in COMPARISONS else ("", "")
            inner = arms(f"{deref}l_ {operator} {deref}r_", lambda m: f"{deref}l_ {m['replacement']} {deref}r_")
            return f"(match ({borrow}({left}), {borrow}({right})) {{ (l_, r_) => {inner} }})"
        if node.type == "compound_assignment_expr":
            left, right = (self.text(node.child_by_field_name(side)) for side in ("left", "right"))
            operator = node.child_by_field_name("operator").type
            inner = arms(f"{left} {operator} r_", lambda m: f"{left} {m['replacement']} r_")
            return f"(match {right} {{ r_ => {inner} }})"
        if node.type == "unary_expression":
            operator = node.children[0].type
            return f"(match {self.text(node.children[1])} {{ v_ => {arms(f'{operator}v_', lambda m: 'v_')} }})"
        if node.type == "function_item":
            return self.function(node, mutants, arms)
        if node.type == "match_pattern":
            guard = node.child_by_field_name("condition")
            pattern = self.source[node.start_byte : guard.start_byte].decode()
            return f"{pattern}({arms(self.text(guard), lambda m: m['replacement'])})"
        if node.type == "match_arm":
            pattern = node.child_by_field_name("pattern")
            guard = pattern.child_by_field_name("condition")
            off = f"!crate::mutant_switch::on({first})"
            head = self.text(pattern)
            if guard is None:
                head += f" if {off}"
            else:
                at = len(self.source[pattern.start_byte : guard.start_byte].decode())
                head = f"{head[:at]}{off} && ({head[at:]})"
            before = self.source[node.start_byte : pattern.start_byte].decode()
            return before + head + self.within(node, begin=pattern.end_byte)
        field = node.child_by_field_name("field") or node.children[0]
        name = field.text.decode()
        value = node.child_by_field_name("value")
        value = self.text(value) if value is not None else name
        base = self.base(node.parent)
        rest = base.text.decode() if base.type == "identifier" else "base_"
        return f"{name}: {arms(value, lambda m: f'{rest}.{name}')}"

    @staticmethod
    def base(fields):
        """What a struct expression takes the fields from that it does not name."""
        found = [child for child in fields.children if child.type == "base_field_initializer"]
        return found[0].children[1] if found else None

    def struct(self, node):
        """A struct expression of which fields can be left out: the base stands first, and is worked out once."""
        fields = node.child_by_field_name("body")
        base, name = self.base(fields), node.child_by_field_name("name").text.decode()
        if base is None or base.type == "identifier" or not any(self.at.get(child.id) for child in fields.children):
            return self.within(node)
        parts = [self.text(child) for child in fields.named_children if "comment" not in child.type]
        return f"{{ let base_: {name} = {self.text(base)}; {name} {{ {', '.join(parts[:-1])}, ..base_ }} }}"

    def function(self, node, mutants, arms):
        body = node.child_by_field_name("body")
        result = node.child_by_field_name("return_type")
        head = self.source[node.start_byte : body.start_byte].decode()
        head = re.sub(r"\bconst fn\b", "fn", head)
        if result is None or not result.text.startswith((b"impl Iterator", b"(impl Iterator")):
            inner = self.within(body, begin=body.start_byte + 1)
            return f"{head}{{ {arms('()', lambda m: 'return ' + (m['replacement'] or '()'))}\n{inner}"
        # What promises some iterator gives one type, whichever it is.
        live = [mutant["id"] for mutant in mutants if mutant["id"] not in self.dropped]

        def either(place, text):
            text = f"crate::mutant_switch::Either::L({text})" if place < len(live) else text
            return "crate::mutant_switch::Either::R(" * place + text + ")" * place

        if result.text.startswith(b"impl"):
            inner = arms(either(0, self.within(body)), lambda m: either(live.index(m["id"]) + 1, m["replacement"]))
            return f"{head}{{ {inner} }}"

        def pair(mutant):
            parts = re.fullmatch(r"\((::std::iter::\w+\(.*?\)), (::std::iter::\w+\(.*\))\)", mutant["replacement"])
            return "({}, {})".format(*(either(live.index(mutant["id"]) + 1, part) for part in parts.groups()))

        inner = arms(f"({either(0, 'a_')}, {either(0, 'b_')})", pair)
        return f"{head}{{ let (a_, b_) = {self.within(body)}; {inner} }}"

    def within(self, node, begin=None):
        begin = node.start_byte if begin is None else begin
        parts = []
        for child in node.children:
            if child.start_byte < begin:
                continue
            parts.append(self.source[begin : child.start_byte].decode())
            parts.append(self.text(child))
            begin = child.end_byte
        parts.append(self.source[begin : node.end_byte].decode())
        return "".join(parts)

    def rewritten(self, dropped):
        self.dropped = dropped
        return self.source[: self.root.start_byte].decode() + self.text(self.root)
