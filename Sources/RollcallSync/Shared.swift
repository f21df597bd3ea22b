/// A value that many copies share until one of them is changed.
///
/// A session has two dozen arrays and dictionaries, and is looked at for every event: a copy that counts up each of them was a
/// quarter of a laptop's time.
@dynamicMemberLookup
struct Shared<Value> {
    private final class Box {
        var value: Value
        init(_ value: Value) { self.value = value }
    }

    private var box: Box

    init(_ value: Value) { box = Box(value) }

    var value: Value {
        _read { yield box.value }
        _modify {
            if !isKnownUniquelyReferenced(&box) { box = Box(box.value) }
            yield &box.value
        }
    }

    subscript<Member>(dynamicMember path: KeyPath<Value, Member>) -> Member {
        _read { yield box.value[keyPath: path] }
    }

    subscript<Member>(dynamicMember path: WritableKeyPath<Value, Member>) -> Member {
        _read { yield box.value[keyPath: path] }
        _modify { yield &value[keyPath: path] }
    }
}
