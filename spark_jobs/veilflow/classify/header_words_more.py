"""More words of column names: abbreviations, and what English lists lack in six other languages.

Written like :mod:`header_words`, which says what STRONG, WEAK and EXACT mean.
"""

from __future__ import annotations

__all__ = ["EXACT_MORE", "STRONG_MORE", "WEAK_MORE"]

STRONG_MORE: dict[str, str] = {
    "person_name": (
        "name first,name last,name given,name middle,name family,name full,first nm,last nm,"
        "mid name,midl name,mi name,given names,family names,other names,legal name,preferred name,"
        "known as,alias name,name of patient,name of employee,emp name,cust name,pat name,"
        "contact person,person responsible,emerg contact,host name of person,reviewer name,"
        "host name airbnb,manager name,supervisor name,owner name,applicant name,borrower name,"
        "insured name,pax name,father name,policyholder,policy holder,passenger name,"
        "candidate name,player name,"
        "agent name,buyer name,seller name,tenant name,sender name,recipient name,signer name,"
        "victim name,suspect name,defendant,plaintiff,attorney name,instructor name,coach name,"
        "actor name,director name,artist name,property owner,owner first,owner last,"
        "nom elu,nom de l elu,nom du maire,nom du titulaire,nom du proprietaire,nom du demandeur,"
        "nom du beneficiaire,nom du responsable,nom du candidat,nom du patient,nom de l assure,"
        "nom de l eleve,nom de l enfant,nom du medecin,nom du salarie,nom du client,prenom de l,"
        "prenom du,nom prenom,nom usage,nom naissance,nom de naissance,nom jeune fille,prenoms,"
        "nom dirigeant,prenom dirigeant,nom salarie,nom employe,nom eleve,"
        "mitarbeitername,mitarbeiter name,vor und nachname,name vorname,geburts name,"
        "apellido paterno,apellido materno,nombres,nombre y apellidos,nombre apellidos,"
        "nombre empleado,nombre alumno,nombre contacto,"
        "nome cognome,nome e cognome,nome paziente,nome cliente,nominativo,"
        "primeiro nome,ultimo nome,nome do cliente,nome do paciente,nome da mae,nome do pai,"
        "apelido,roepnaam,voorletters,volledige naam,naam medewerker,meisjesnaam,tussenvoegsel"
    ),
    "username": "twitter,instagram,facebook,social handle,user login,screenname,nick,"
    "gebruikersnaam,nome utente,account name,sam account name,user account,ad account",
    "email_address": (
        "email,mail adresse,emailadresse,emailadres,e mailadres,mail perso,mail pro,"
        "correo e,indirizzo email,indirizzo e mail,endereco de email,endereco email,e post,"
        "contact email,customer email,mail addr"
    ),
    "phone_number": (
        "ph no,ph num,ph number,phone,tel priv,tel mobile,tel fixe,tel dom,telnr,tel nr,"
        "mobilfunknummer,mobilnr,handynr,festnetz,festnetznummer,telefonnr,faxnr,telefax,"
        "telephone fixe,telephone mobile,telephone portable,num tel,numero tel,no tel,"
        "telefono movil,telefono fijo,tel movil,num telefono,numero telefono,telefono celular,"
        "numero di telefono,telefono cellulare,telefono fisso,recapito telefonico,"
        "telemovel,numero de telefone,telefone celular,fone,contato,"
        "mobiel,mobiele nummer,gsm nummer,telnummer,vaste telefoon,day phone,evening phone,"
        "home phone,work phone,office phone,contact phone,caller id,calling number,called number"
    ),
    "street_address": (
        "addr line,addr,addr st,address,adr,street no,street number,str nr,"
        "strasse hausnr,strasse nr,hausnr,hausnummer,strasse hausnummer,wohnanschrift,"
        "adresse siege,adresse domicile,adresse,voie,numero voie,libelle voie,nom voie,"
        "direccion postal,direccion calle,domicilio fiscal,nombre via,"
        "indirizzo residenza,via residenza,civico,numero civico,"
        "logradouro,morada,endereco residencial,adres,straatnaam,huisnummer,"
        "residence address,property address,site address,incident address,incident location,"
        "res street,premise address,location address,address line"
    ),
    "ssn": "ssn,ssn last,last four ssn,last ssn,social sec,soc sec no,ssnum,ssn num",
    "national_id": (
        "personal id number,national insurance,ni number,identity document,identity no,id number,"
        "id card number,civil id,emirates id,nric,mykad,hkid,ktp,nik,cnic,cccd,tckn,tc kimlik no,"
        "india pan,pan no,pan card,pan card number,nic,nic no,nic number,"
        "personal identity number,personal number,"
        "fodselsnummer,henkilotunnus,cpr,cpr nummer,cnp,"
        "egn,oib,amka,rut,rfc,cuil,cuit,aadhar,aadhaar number,aadhar number,snils,inn,sin number,"
        "steuer identifikationsnummer,steuer nr,idnr,steuerid,rentenversicherungsnummer,svnr,"
        "sozialversicherungsnr,ahv nummer,ahv nr,ahvn,personalausweisnummer,pass oder ausweis,"
        "num secu,n secu,secu,secu sociale,numero secu,no secu,nss,numero de securite,"
        "numero fiscal,"
        "documento identidad,numero documento,num documento,cedula identidad,numero identificacion,"
        "cod fiscale,codfisc,carta identita,carta d identita,partita iva personale,"
        "contribuinte,numero de contribuinte,cartao de cidadao,bilhete identidade,rg,"
        "sofinummer,rijksregisternummer,identiteitskaart"
    ),
    "passport_number": (
        "passport num,pass nr,passnr,reisepassnr,num passeport,numero passeport,num pasaporte,"
        "numero de pasaporte,numero passaporto,numero do passaporte,paspoort,paspoortnummer"
    ),
    "drivers_license": (
        "drivers lic,driver lic,dl no,dl num,driver license no,driver license number,dlnum,"
        "fuhrerscheinnr,permis conduire,num permis,carnet de conducir,permiso de conducir,"
        "carta de conducao,cnh,rijbewijsnummer,numero patente"
    ),
    "medical_record_number": (
        "pat nr,pat id nr,patienten id,medical rec no,med rec no,med rec num,hospital no,"
        "fallnr,patnr,ipp,numero patient,num patient,num historia,numero de historia,"
        "numero historia clinica,cartella clinica,numero cartella,prontuario,patientnummer,"
        "ehr id,emr id,uhid"
    ),
    "health_plan_number": (
        "versichertennr,versicherten nr,kvnr,krankenversichertennummer,egk nummer,"
        "insurance member,member number health,mbi,hicn,medicare id,beneficiary id health,"
        "policy num,policy id,carte vitale,tarjeta sanitaria,numero tarjeta sanitaria,cip,"
        "tessera sanitaria,cartao sus,cns,polisnummer,verzekerdennummer,group number insurance"
    ),
    "professional_license": (
        "npi,npi number,npi no,dea,dea number,dea no,provider license number,medical license,"
        "medical license number,professional license,professional license number,nursing license,"
        "attending npi,rendering npi,billing npi,rpps,lanr,bar number,numero colegiado,"
        "big nummer"
    ),
    "generic_id": (
        "mitgl nr,mitgliedsnr,mitglieds nr,ffp number,frequent flyer number,"
        "siren,siret,vat number,vat id,vat no,ust id,ustid,ein,company number,registration number,"
        "registration no,handelsregisternummer,kvk nummer,kvk,partita iva,cnpj,nif empresa,duns,"
        "lei,parcel number,parcel id,pin number property,tracking no,tracking num,invoice no,"
        "order no,ticket no,ticket,booking reference,booking ref,confirmation number,pnr,"
        "customer no,client no,member no,employee no,emp no,empno,emp id,empid,emp num,staff id,"
        "staff no,student number,student no,badge number,badge no,badge id,case no,docket number,"
        "personalnr,kundennr,kunden nr,mitarbeiternr,matrikelnummer,auftragsnummer,rechnungsnummer,"
        "auftragsnr,bestellnummer,vorgangsnummer,"
        "numero dossier client,num client,no client,num commande,numero commande,numero facture,"
        "num cliente,id cliente,numero pedido,num pedido,numero factura,codigo cliente,"
        "codice cliente,numero ordine,numero fattura,codigo do cliente,numero do pedido,"
        "klantnummer,ordernummer,factuurnummer,personeelsnummer,relatienummer,medallion,"
        "reports to,manager id,supervisor id,parent id,matricula,nbr,patient nbr,"
        "accession number,specimen id,sample id,loan number,application number,licence plate id"
    ),
    "device_id": (
        "imsi,iccid,idfa,idfv,gaid,aaid,android id,advertising id,advertiser id,udid,meid,esn,"
        "device serial,device serial number,device uuid,device fingerprint,browser fingerprint,"
        "sim number,sim serial,gerateseriennummer,numero de serie appareil"
    ),
    "biometric_reference": (
        "fingerprint,fingerprint id,fingerprint template,finger print,face id,face template,"
        "face encoding,face embedding,facial recognition,iris scan,iris code,iris template,"
        "retina scan,voice print,voiceprint,palm print,biometric,biometrics,biometric id,"
        "biometric template,biometric hash,fingerabdruck,empreinte digitale,huella dactilar,"
        "impronta digitale,vingerafdruk,gait signature"
    ),
    "credit_card_number": (
        "pan last,card last,last four digits,cc last,cc no,ccnum,ccnumber,cardnumber,card nbr,"
        "credit card no,credit card num,"
        "kartennummer,numero carte,num carte,numero tarjeta,num tarjeta,numero carta,"
        "numero do cartao,cartao de credito,creditcardnummer,kaartnummer,pan masked,masked pan"
    ),
    "bank_account_number": (
        "acct num,acc no,acc num,acctno,acct nbr,account num,account nbr,bank acct,bank acct no,"
        "bank account no,kontonr,konto nr,num compte,numero compte,num cuenta,numero cuenta,"
        "numero conto,numero di conto,conto bancario,conta bancaria,numero da conta,rekeningnr,"
        "bankrekening,bankrekeningnummer,rib,ccc,clabe,bank no"
    ),
    "bank_routing_number": "aba no,aba routing,routing transit number,rtn,transit number,ifsc,"
    "ifsc code,bsb,bsb number,bank code",
    "swift_code": "swift bic code,bic swift,bank identifier code,bicfi",
    "amount": (
        "base pay,pay,total pay,overtime pay,other pay,gross pay,net pay,hourly rate,wages,bonus,"
        "annual inc,annual income,monthly income,household income,compensation,earnings,"
        "loan amount,loan amnt,funded amnt,fare,tip amount,tips,tolls amount,total amount,"
        "subtotal,sub total,unit price,list price,sale price,selling price,sales amount,"
        "order total,grand total,invoice total,total due,tax paid,tax amount,taxes,vat amount,"
        "discount amount,amount paid,annual comp,monthly comp,weekly comp,daily comp,daily rate,"
        "monthly rate,weekly rate,credit limit,card limit,"
        "net worth,debt,debts,loan,mortgage,savings,deposit,rent,"
        "usd,eur,gbp,inr,lkr,jpy,cny,cad,aud,chf,brl,mxn,zar,ngn,kes,php,idr,pkr,bdt,pln,sek,nok,"
        "purchase amount,transaction amount,txn amount,amt,amnt,"
        "beitrag,mitgliedsbeitrag,cotisation,cuota,contribution amt,contribution amount,"
        "saldo,kontostand,summe,gesamtbetrag,umsatz,verdienst,nettolohn,bruttolohn,"
        "solde,chiffre d affaires,traitement,importe total,sueldo,nomina,renta,ingreso,"
        "reddito,retribuzione,fatturato,saldo conto,valor,preco,renda,salario mensal,saldo atual,"
        "salaris,inkomen,loon,omzet"
    ),
    "ip_address": "ipaddress,ipaddr,ip,ipv,src ip,dst ip,dest ip,host ip,last login ip,"
    "direccion ip,indirizzo ip,endereco ip,ip adres",
    "mac_address": "mac,macaddr,macaddress,ethernet address,device mac,wlan mac,mac id",
    "imei": "imei,imeisv,device imei",
    "vin": "vin number,vin no,fahrzeug identifizierungsnummer,fahrzeugident nr,numero de chassis,"
    "numero chassis,numero di telaio,chassis no,chassisnummer,vehicle identification",
    "license_plate": "plate no,plate id,plate num,reg plate,registration plate,"
    "licence number plate,vehicle no,vehicle number,car number,car no,"
    "kfz kennzeichen,plaque,placa,placas,numero placa,numero targa,vehicle reg no,vehicle reg",
    "url": "website url,web url,page url,image url,avatar url,photo url,picture url,listing url,"
    "permalink,referrer,referer,href,hyperlink,sito web,site internet,pagina web,web address,"
    "facebook,twitter,instagram",
    "secret": "password hash,passwd hash,pass hash,hashed password,pw,pwhash,api token,api secret,"
    "auth key,private token,session token,webhook secret,encryption key,ssh key,jwt,otp,otp secret,"
    "totp secret,security answer,wachtwoord,senha,palavra passe,cle secrete,cle api,geheimnis,pin",
    "date_of_birth": (
        "birth dts,birthdts,dob dt,d o b,do b,dt of birth,bdate,b date,birthdt,birthyear,birth yr,"
        "yr of birth,year born,born on,born date,birth datetime,birth date time,patient dob,"
        "geb dat,geb datum,geb jahr,geburts datum,geburtsdat,geb,gebdat,"
        "date nais,date naiss,dt naissance,ddn,date de nais,ne le,date nees,"
        "fecha nac,fec nac,fec nacimiento,f nacimiento,fnac,anio nacimiento,fecha de nac,"
        "data nasc,dt nasc,dt nascimento,data nascimento,ano nascimento,data di nasc,nato il,"
        "nata il,anno nascita,anno di nascita,geb datum klant,geboortejaar,geb jaar"
    ),
    "age": "age yrs,age yr,pt age,birth age,age at admission,age band,age bracket,age category,"
    "age cat,agegrp,age grp,anchor age,current age,patient age,alter jahre,alter in jahren,"
    "altersklasse,tranche d age,age ans,grupo de edad,rango edad,eta anni,fascia d eta,"
    "faixa etaria,grupo etario,leeftijdsgroep,leeftijdscategorie",
    "gender": "gndr,gender cd,sex code,sex at birth,geschl,code sexe,civilite,sexe code,"
    "genero sexual,cod sexo,geslachtscode",
    "marital_status": "marital desc,maritaldesc,married id,family status,name family status,"
    "marital stat,mar stat,famstand,fam stand,situation conjugale,statut marital,"
    "statut matrimonial,"
    "edo civil,situacion conyugal,stato matrimoniale,situacao conjugal,burgerlijke stand,"
    "civilstand",
    "ethnic_group": (
        "race desc,racedesc,caste,caste category,race code,race cd,ethnic code,race ethnicity,"
        "hispanic,"
        "hispanic latino,hispanic origin,is hispanic,latino,skin color,skin colour,raca cor,"
        "ethnische zugehorigkeit,volksgruppe,groupe ethnique,origen etnico,origine etnica,"
        "cor raca,etnische afkomst,afkomst,tribe name,ancestry"
    ),
    "nationality": "citizen desc,citizendesc,citizenship status,nation,nationalities,"
    "country of nationality,birth nation,herkunftsland,staatsangeh,pays naissance,pays d origine,"
    "pais origen,pais de origen,paese di nascita,paese nascita,paese di origine,pais de nascimento,"
    "geboorteland,land van herkomst,birthcountry,migration background,migrationshintergrund",
    "spoken_language": "primary language,language spoken,first language,lang cd,locale language,"
    "language name,preferred lang,sprache muttersprache,verkehrssprache,langue parlee,"
    "lengua habla,idioma preferido,lingua madre,lingua parlata,idioma falado,moedertaal",
    "occupation": (
        "job titles,jobtitle,emp title,job position,job description,job name,job category,"
        "position title,contact title,occupation type,current occupation,employee title,trade,"
        "tatigkeit,taetigkeit,stellenbezeichnung,berufsgruppe,ausgeubter beruf,"
        "poste,fonction,profession exercee,intitule poste,cargo,oficio,"
        "mansione,qualifica professionale,ocupacao,cargo atual,functie,functietitel"
    ),
    "organization_name": (
        "facility,facility name,account name,entity name,entite,organisation nom,"
        "business name,trade name,trading name,"
        "dba name,legal business name,vendor name,supplier name,merchant name,merchant,firm,"
        "agency name,institution name,university name,college name,school district,club name,"
        "hospital,clinic name,bank name,employer name,place of work,workplace,company nm,"
        "firmenname,firmenbezeichnung,unternehmensname,betrieb,krankenhaus,"
        "raison sociale,denomination sociale,nom entreprise,nom societe,nom etablissement,"
        "etablissement,razon social,nombre empresa,nombre comercial,ragione sociale,"
        "denominazione,nome azienda,nome empresa,razao social,nome fantasia,"
        "bedrijfsnaam,handelsnaam,naam bedrijf,organisatie,club"
    ),
    "education": "education level name,name education type,education type,education field,"
    "highest education,edu,edu level,educ,insured education level,major,field of study,"
    "parental level of education,schulbildung,hochster abschluss,niveau scolaire,niveau etude,"
    "formation,nivel de estudios,nivel estudios,grado academico,titulo academico,titolo studio,"
    "titolo di studio,grau de instrucao,nivel de escolaridade,opleidingsniveau,"
    "hoogst genoten opleiding,specialization,specialisation,area of study,course of study",
    "employment_status": "employed,work type,type of work,employmentstatus,emp status,job status,"
    "work status,employment stat,"
    "beschaftigungsstatus,beschaeftigungsstatus,arbeitsverhaltnis,situation professionnelle,"
    "tipo de contrato,stato occupazionale,situacao profissional,dienstverband",
    "insurance": "payment typology,primary payer,insurance name,krankenversicherer,versicherer,"
    "kasse,organisme assurance,compania de seguros,compagnia assicurativa,plano de saude,"
    "zorgverzekeraar,insurance carrier",
    "zipcode": "zip,postal cd,post cd,postalcode,code post,cod postal,codpostal,cp postal,"
    "codice postale,codice avviamento postale,codigo de postal,zip code prefix,pin code,pincode,"
    "eircode",
    "geo_coordinates": "easting,northing,eastings,northings,utm x,utm y,utm easting,utm northing,"
    "location easting,location northing,xgcswgs,ygcswgs,gps lat,gps lon,"
    "gps lng,gps long,latitud gps,x coord,y coord,geo lat,"
    "geo lon,geo lng,start lat,start lng,end lat,end lng,pickup longitude,pickup latitude,"
    "dropoff longitude,dropoff latitude,lat long pair,geometry,the geom,geom,wkt,breite lange,"
    "geokoordinaten,georreferencia,coordinate,coordenada,coordinaten,breedtegraad,lengtegraad",
    "city": "res city,birthcity,city desc,mail city,city town,town city,post town,suburb,"
    "wohnort stadt,stadtteil,lieu residence,commune residence,poblacion,ciudad residencia,"
    "comune residenza,comune di residenza,citta residenza,luogo nascita,municipio residencia,"
    "cidade natal,bairro,gemeente,geboorteplaats,host location,hometown,home town,birth place,"
    "localite,"
    "neighbourhood,neighborhood,neighbourhood group,neighborhood group,"
    "borough,barrio,quartier,ortsteil,stadtbezirk,wijk,buurt",
    "region": "addr state,state cd,state abbr,state province,birth state,hospital county,"
    "region code,land bundesland,dept,code departement,region administrative,provincia residencia,"
    "sigla provincia,uf,distrito,concelho,freguesia,oblast,governorate,voivodeship,gewest,"
    "policy state",
    "date": (
        "admit time,admittime,disch time,dischtime,death time,deathtime,chart time,charttime,"
        "start time,end time,event time,pickup datetime,dropoff datetime,order time,visit time,"
        "last seen,first seen,last login,last active,last update,last updated,updated on,"
        "created on,date added,date created,date modified,hire dt,hired on,reg dt,registr dt,"
        "signup date,joined on,member since,host since,service date,encounter date,procedure date,"
        "aufnahmedat,eintrittsdatum,austrittsdatum,erstellt am,geandert am,sterbedatum,"
        "date creation,date debut,date fin,date entree,date sortie,date deces,"
        "fecha alta,fecha baja,fecha ingreso,fecha defuncion,data nomina,data assunzione,"
        "data ricovero,data dimissione,data morte,data de admissao,data de alta,data obito,"
        "opnamedatum,ontslagdatum,overlijdensdatum,datum in,datum uit,expiry date,issue date,dts,"
        "unix timestamp,epoch"
    ),
    "icd10_code": "icd,icd code,icd cm,primary dx,principal dx,"
    "primary diagnosis code,diag code,diag cd,hauptdiagnose,nebendiagnose,diagnoseschlussel,"
    "cim,code cim,cie,codigo cie,codice icd,codice diagnosi,codigo cid,diag",
    "medication": (
        "ndc,ndc code,rx ndc,medication,medications,medication name,med name,drug,drugs,drug name,"
        "generic name drug,"
        "prescription,prescribed drug,rx,rx name,current medications,medikament,medikamente,"
        "medikation,arzneimittel,medicament,medicaments,traitement medical,ordonnance,"
        "medicamento,medicamentos,medicacion,farmaco,farmaci,medicinale,terapia farmacologica,"
        "medicacao,remedio,medicatie,medicijn,medicijnen,geneesmiddel"
    ),
    "health_indicator": (
        "ccs diagnosis description,diagnosis description,diagnosis desc,diagnosis name,dx desc,"
        "medical condition,medical history,chronic condition,comorbidity,comorbidities,illness,"
        "disorder,cause of death,procedure name,hiv result,covid result,test result hiv,covid,"
        "heart disease,stroke,cancer,asthma,mental health,depression,disability status,"
        "smoke,smokes,drinks,drinker,drug use,vaccinated,vaccination status,immunization,"
        "krankheit,vorerkrankung,vorerkrankungen,schwerbehindert,impfstatus,"
        "antecedents medicaux,pathologie,statut vaccinal,enfermedades,antecedentes,alergias,"
        "patologia,malattia,allergie,anamnesi,doenca,diagnostico medico,tabagismo,alergias med,"
        "ziekte,aandoening,roker,allergieen"
    ),
    "blood_type": "blood grp,blood gp,bloodgrp,rh factor,groupe sang,gruppo sangue,"
    "tipo sanguineo,grupo sangre",
    "religion": "religion desc,religious group,religion name,glaube,religionszugehorigkeit,culte,"
    "religion confesion,confesion religiosa,credo,confessione religiosa,crenca,godsdienst,geloof,"
    "kirchensteuermerkmal",
    "political_opinion": "party cd,party desc,party code,voter party,registered party,"
    "political views,political leaning,party registration,parteizugehorigkeit,"
    "affiliation politique,"
    "afiliacion politica,partito,partito politico,filiacao partidaria,politieke partij",
    "trade_union": "union membership status,union code,union status,gewerkschaftsmitglied,"
    "appartenance syndicale,afiliacion sindical,iscrizione sindacale,sindicalizado,vakbond,"
    "vakbondslid",
    "sexual_orientation": "sexual orient,sexual pref,sexual preference,orientacao sexual,"
    "seksuele geaardheid,seksuele orientatie,sex orientation",
    "free_text": "bio,biography,about me,about,review text,comment text,clinical notes,"
    "clinical note,progress note,report text,observacoes,opmerking,opmerkingen,toelichting,"
    "osservazioni,annotazioni,notas clinicas,tweet,post text,chief complaint",
    "": (
        "cell tower,cell line,cell count,cell type,host location id,host name server,user agent,"
        "line item,card exp,card expiry,card type,card network,card brand,sex offense,"
        "auto model,name suffix,name prefix,ship name,vessel name,station name,movie title,"
        "book title,song title,street light,state of mind,age of,page,mobile app,mobile os,"
        "phone os,email domain,mail class,address book,ip protocol,country club,home team,"
        "home page visits,home ownership,credit score,case status,ship via,work order,"
        "land use,land area,land cover,alternate fuel,fin status,fare class,sex ratio,"
        "gender ratio,cost center,cost centre,"
        "birth weight,birth order,birth rate,death rate,birth length,school year,fiscal year,"
        "tax year,school type,emergency room,residence type,race distance,race name,race id,"
        "drug dose,agency code,company code,bank branch,contact type,port,code name,"
        "vehicle age,car age,house age,building age,account age,asset age,property age,policy age,"
        "machine age,tree age,company age,domain age,home age,loan age,age of account,"
        "item description,product description,product desc,"
        "trade date,union type,via,file url,date format,living address type,number of"
    ),
}

WEAK_MORE: dict[str, str] = {
    "national_id": "pan",
    "person_name": "holder,organizer,organiser,display name,player,artist,actor,actress,director,"
    "author name,candidate,"
    "athlete,driver,"
    "witness,victim,passenger,applicant,borrower,tenant,landlord,buyer,seller,instructor,coach,"
    "assignee,assigned to,approver,reporter,editor,speaker,winner,composer,reviewer,host,"
    "salesperson,sales rep,employee,staff,mitarbeiter,bearbeiter,sachbearbeiter,inhaber,autor,"
    "auteur,titulaire,responsable,empleado,titular,cliente,dipendente,titolare,paziente,nome,"
    "funcionario,paciente,eigenaar,medewerker,klant,names,surname name,title name,person",
    "username": "performed by,created by,modified by,updated by,changed by,entered by,"
    "added by,edited by,uploaded by,submitted by",
    "organization_name": "holder,organizer,organiser,denomination,"
    "employer type,sponsor,manufacturer,"
    "publisher,contractor,"
    "operator,provider name,franchise,brand owner,source organization",
    "religion": "denomination",
    "medical_specialty": "department,ward,unit,reparto,abteilung,service,departamento,station",
    "occupation": "role name,title description,jobs,rank title,stelle,funktion",
    "geo_coordinates": "center,centroid",
    "zipcode": "pin,postal area",
    "phone_number": "numero,nr,extension",
    "health_indicator": "result,symptom,procedure",
    "amount": "rate,net,gross,cash,budget,charged",
    "professional_license": "certificate",
    "license_plate": "registration no,registration number,reg no,vehicle,matricula",
    "drivers_license": "license no,licence no,lic no",
    "income_bracket": "income category,income cat",
}

EXACT_MORE: dict[str, str] = {
    "political_opinion": "party,parties,partei,parti,partij,partito,partido",
    "organization_name": "denomination,hospital,bank,banco,banque,banca",
    "person_name": "mi,middle initial,middle init,initial,vorn,nachn,vname,nname,ln,fn",
    "age": "years of age,jahre",
    "geo_coordinates": "long",
    "amount": "tip,toll,tolls,fare,benefits,dollars,dollar amount",
    "marital_status": "mar",
    "gender": "m f,mf",
    "date": "ts,dt",
    "zipcode": "cap,cp",
    "generic_id": "code,key,index,record",
}
