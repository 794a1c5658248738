package fhir

import (
	"bytes"
	"strings"
)

// class is what a resource is about.
type class uint8

const (
	unknown class = iota // its type did not come yet
	other                // none of the following
	patient              // persons
	related
	provider
	bundle // holds resources of others
	plan
	account
	claim
	condition
	medication
	allergy
	procedure
	test
	binary // its data is a document
)

// classOf returns the class of a type of resources.
func classOf(typ []byte) class {
	switch string(typ) {
	case "Patient":
		return patient
	case "RelatedPerson", "Person":
		return related
	case "Practitioner", "PractitionerRole", "Organization", "OrganizationAffiliation", "Location", "HealthcareService", "Endpoint", "CareTeam":
		return provider
	case "Bundle", "Parameters":
		return bundle
	case "Coverage", "EnrollmentRequest", "InsurancePlan":
		return plan
	case "Account":
		return account
	case "Claim", "ClaimResponse", "ExplanationOfBenefit":
		return claim
	case "Condition", "ClinicalImpression", "FamilyMemberHistory", "DetectedIssue":
		return condition
	case "Medication", "MedicationRequest", "MedicationStatement", "MedicationDispense", "MedicationAdministration", "MedicationOrder",
		"MedicationUsage", "MedicationKnowledge":
		return medication
	case "AllergyIntolerance":
		return allergy
	case "Procedure", "ProcedureRequest":
		return procedure
	case "Observation", "DiagnosticReport", "ServiceRequest", "DiagnosticOrder", "DiagnosticRequest", "ImagingStudy", "Specimen":
		return test
	case "Binary", "Media":
		return binary
	}
	return other
}

// describes is the label of the code of a resource.
func (c class) describes() string {
	switch c {
	case condition:
		return "diagnosis"
	case medication:
		return "medication"
	case allergy:
		return "allergy"
	case procedure:
		return "procedure"
	case test:
		return "test"
	}
	return "code"
}

// identified is the label of an identifier of a resource.
func (c class) identified() string {
	switch c {
	case provider:
		return "provider identifier"
	case claim:
		return "claim number"
	}
	return "identifier"
}

// known tells whether typ is a resource of FHIR.
func known(typ []byte) bool {
	if len(typ) < 4 || typ[0]-'A' > 25 || bytes.IndexByte(typ, ' ') >= 0 {
		return false
	}
	return strings.Contains(types, " "+string(typ)+" ")
}

// types are the resources of DSTU2 to R5. Those that other interfaces are likely to call theirs, and that hold nobody's data
// (Group, Task, Schedule, Subscription, Contract), are recognised by what they stand beside.
const types = " Account ActivityDefinition ActorDefinition AdministrableProductDefinition AdverseEvent AllergyIntolerance Appointment " +
	"AppointmentResponse ArtifactAssessment AuditEvent Basic Binary BiologicallyDerivedProduct BodySite BodyStructure Bundle " +
	"CapabilityStatement CarePlan CareTeam CatalogEntry ChargeItem ChargeItemDefinition Citation Claim ClaimResponse ClinicalImpression " +
	"ClinicalUseDefinition CodeSystem Communication CommunicationRequest CompartmentDefinition Composition ConceptMap Condition " +
	"ConditionDefinition Conformance Consent Coverage CoverageEligibilityRequest CoverageEligibilityResponse DetectedIssue Device " +
	"DeviceComponent DeviceDefinition DeviceDispense DeviceMetric DeviceRequest DeviceUsage DeviceUseRequest DeviceUseStatement " +
	"DiagnosticOrder DiagnosticReport DiagnosticRequest DocumentManifest DocumentReference EligibilityRequest EligibilityResponse " +
	"Encounter EnrollmentRequest EnrollmentResponse EpisodeOfCare EventDefinition Evidence EvidenceReport EvidenceVariable " +
	"ExplanationOfBenefit FamilyMemberHistory Flag FormularyItem GenomicStudy Goal GraphDefinition GuidanceResponse " +
	"HealthcareService ImagingManifest ImagingObjectSelection ImagingSelection ImagingStudy Immunization ImmunizationEvaluation " +
	"ImmunizationRecommendation ImplementationGuide InsurancePlan InventoryItem InventoryReport Library Linkage List " +
	"MeasureReport Media Medication MedicationAdministration MedicationDispense MedicationKnowledge MedicationOrder " +
	"MedicationRequest MedicationStatement MedicationUsage MedicinalProduct MessageDefinition MessageHeader MolecularSequence " +
	"NamingSystem NutritionIntake NutritionOrder NutritionProduct Observation ObservationDefinition OperationDefinition " +
	"OperationOutcome Organization OrganizationAffiliation Parameters Patient PaymentNotice PaymentReconciliation Person " +
	"PlanDefinition Practitioner PractitionerRole Procedure ProcedureRequest ProcessRequest ProcessResponse Provenance Questionnaire " +
	"QuestionnaireResponse ReferralRequest RegulatedAuthorization RelatedPerson RequestGroup RequestOrchestration ResearchStudy " +
	"ResearchSubject RiskAssessment SearchParameter Sequence ServiceDefinition ServiceRequest Specimen SpecimenDefinition " +
	"StructureDefinition StructureMap SubscriptionStatus SubstanceDefinition SupplyDelivery SupplyRequest TerminologyCapabilities " +
	"TestReport TestScript ValueSet VerificationResult VisionPrescription "
