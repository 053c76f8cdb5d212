import CNftnl
import SystemPackage

extension Container {
  func libraryObject() throws(Errno) -> LibraryObject {
    let object = try LibraryObject(nftnl_set_alloc(), free: nftnl_set_free)
    try checked(nftnl_set_set_str(object.pointer, UInt16(NFTNL_SET_TABLE.rawValue), table.name))
    try checked(nftnl_set_set_str(object.pointer, UInt16(NFTNL_SET_NAME.rawValue), name))
    return object
  }

  /// With what only its making needs; `id` is a number that is unique in the batch.
  func definition(id: UInt32) throws(Errno) -> LibraryObject {
    let object = try libraryObject()
    put(NFTNL_SET_ID, id, into: object)
    put(NFTNL_SET_FLAGS, valueType == nil ? 0 : NFT_SET_MAP.rawValue, into: object)
    put(NFTNL_SET_KEY_TYPE, type.number, into: object)
    put(NFTNL_SET_KEY_LEN, UInt32(type.size), into: object)
    // Without it nft would list values in the wrong order of bytes.
    var data = UserData()
    data.put(NFTNL_UDATA_SET_KEYBYTEORDER, type.byteOrder)
    if let valueType {
      put(NFTNL_SET_DATA_TYPE, valueType.number, into: object)
      put(NFTNL_SET_DATA_LEN, UInt32(valueType.size), into: object)
      data.put(NFTNL_UDATA_SET_DATABYTEORDER, valueType.byteOrder)
    }
    if let comment { data.put(NFTNL_UDATA_SET_COMMENT, comment) }
    try checked(
      nftnl_set_set_data(object.pointer, UInt16(NFTNL_SET_USERDATA.rawValue), data.bytes, UInt32(data.bytes.count)))
    return object
  }

  private func put(_ attribute: nftnl_set_attr, _ number: UInt32, into object: borrowing LibraryObject) {
    nftnl_set_set_u32(object.pointer, UInt16(attribute.rawValue), number)
  }
}

extension Table.Element {
  /// The container with this element alone; a deletion needs no more than the key.
  func libraryObject(keyOnly: Bool) throws(Errno) -> LibraryObject {
    let object = try container.libraryObject()
    let element = try LibraryObject(nftnl_set_elem_alloc(), free: nftnl_set_elem_free)
    try put(NFTNL_SET_ELEM_KEY, key.bytes, into: element)
    if !keyOnly {
      if let value { try put(NFTNL_SET_ELEM_DATA, value.bytes, into: element) }
      let data = UserData(NFTNL_UDATA_SET_ELEM_COMMENT, comment: comment).bytes
      if !data.isEmpty { try put(NFTNL_SET_ELEM_USERDATA, data, into: element) }
    }
    nftnl_set_elem_add(object.pointer, element.handOver())
    return object
  }

  private func put(_ attribute: Int, _ bytes: [UInt8], into element: borrowing LibraryObject) throws(Errno) {
    try checked(nftnl_set_elem_set(element.pointer, UInt16(attribute), bytes, UInt32(bytes.count)))
  }
}
