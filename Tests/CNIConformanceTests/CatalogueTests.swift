import CNIConformance
import Testing

@Suite("The catalogue of cases")
struct CatalogueTests {
  @Test("no two cases have one id")
  func idsAreUnique() {
    let ids = Catalogue.cases.map(\.id)
    #expect(Set(ids).count == ids.count)
  }
}
